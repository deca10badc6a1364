using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>A call about one job.</summary>
public sealed record JobIdRequest([property: JsonPropertyName("fine_tuning_job_id")] string JobId);

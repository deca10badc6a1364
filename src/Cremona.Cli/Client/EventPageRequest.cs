using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Body of <c>list_finetune_event</c>; <c>after</c> counts events.</summary>
public sealed record EventPageRequest(
    [property: JsonPropertyName("fine_tuning_job_id")] string JobId,
    [property: JsonPropertyName("after")] string After,
    [property: JsonPropertyName("limit")] int Limit);

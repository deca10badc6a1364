using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Body of <c>list_finetune_job</c>.</summary>
public sealed record PageRequest(
    [property: JsonPropertyName("limit")] int Limit,
    [property: JsonPropertyName("after")] string? After);

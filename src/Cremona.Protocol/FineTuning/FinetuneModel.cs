using System.Text.Json.Serialization;

namespace Cremona.Protocol.FineTuning;

/// <summary>A fine-tuned model that can be called. <c>id</c> (as live answers have it) and <c>model_id</c> (as the
/// documentation has it) are the same.</summary>
public sealed record FinetuneModel
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("model_id")]
    public string ModelId => Id;

    /// <summary>Unix milliseconds.</summary>
    [JsonPropertyName("created_at")]
    public required long CreatedAt { get; init; }

    [JsonPropertyName("object")]
    public string ObjectType { get; init; } = "finetune.model";

    [JsonPropertyName("base_model")]
    public required string BaseModel { get; init; }
}

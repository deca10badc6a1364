using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>A call about one tuned model.</summary>
public sealed record ModelIdRequest([property: JsonPropertyName("model_id")] string ModelId);

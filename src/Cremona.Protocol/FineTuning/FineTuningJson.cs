using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.FineTuning;

[JsonSerializable(typeof(FinetuneJobResponse))]
[JsonSerializable(typeof(FinetuneJobListResponse))]
[JsonSerializable(typeof(FinetuneEventListResponse))]
[JsonSerializable(typeof(FinetuneModelListResponse))]
[JsonSerializable(typeof(FinetuneModelResponse))]
[JsonSerializable(typeof(FinetuneDeletedResponse))]
[JsonSerializable(typeof(FinetuneEventMessage))]
public sealed partial class FineTuningJson : JsonSerializerContext
{
    /// <summary>Writes as every answer is written.</summary>
    public static FineTuningJson Wire { get; } = new(WireJson.CreateOptions());
}

using System.Text.Json.Serialization;

namespace Cremona.Protocol.Envelope;

[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(OpenAIErrorResponse))]
[JsonSerializable(typeof(BaseResponse))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class EnvelopeJson : JsonSerializerContext;

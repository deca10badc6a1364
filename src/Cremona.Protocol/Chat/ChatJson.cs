using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Chat;

[JsonSerializable(typeof(CcResponse))]
[JsonSerializable(typeof(CcpResponse))]
[JsonSerializable(typeof(ChatErrorResponse))]
[JsonSerializable(typeof(V2Response))]
[JsonSerializable(typeof(V2Chunk))]
[JsonSerializable(typeof(V2UsageChunk))]
[JsonSerializable(typeof(V2ErrorChunk))]
public sealed partial class ChatJson : JsonSerializerContext
{
    /// <summary>The context that writes as the platform does.</summary>
    public static ChatJson Wire { get; } = new(WireJson.CreateOptions());
}

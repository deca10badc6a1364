using System.Text.Json.Serialization;

namespace Cremona.Protocol.Envelope;

/// <summary>The <c>base_resp</c> that every JSON answer carries.</summary>
public sealed record BaseResponse(
    [property: JsonPropertyName("status_code")] int StatusCode,
    [property: JsonPropertyName("status_msg")] string StatusMessage)
{
    public static BaseResponse Success { get; } = new(0, "success");
}

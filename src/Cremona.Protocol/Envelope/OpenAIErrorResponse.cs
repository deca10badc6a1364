using System.Text.Json.Serialization;

namespace Cremona.Protocol.Envelope;

/// <summary>An error of the OpenAI-shaped endpoints; sent with the HTTP status that it names.</summary>
public sealed record OpenAIErrorResponse(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("error")] OpenAIError Error,
    [property: JsonPropertyName("request_id")] string RequestId);

public sealed record OpenAIError(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("http_code")] string HttpCode);

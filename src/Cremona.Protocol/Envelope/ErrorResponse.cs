using System.Text.Json.Serialization;

namespace Cremona.Protocol.Envelope;

/// <summary>An error of the platform's own endpoints: nothing but <c>base_resp</c>.</summary>
public sealed record ErrorResponse([property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

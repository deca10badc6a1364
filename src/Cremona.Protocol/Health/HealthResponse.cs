using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Health;

/// <summary>Answer of <c>/healthz</c> and <c>/readyz</c>.</summary>
/// <param name="Status"><c>alive</c>, <c>ready</c>, or <c>not ready</c> (with HTTP 503).</param>
/// <param name="Faults">What is missing, by the name of the check; empty when nothing is.</param>
/// <param name="BaseResponse">Always success: the question was answered.</param>
public sealed record HealthResponse(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("faults")] IReadOnlyDictionary<string, string> Faults,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

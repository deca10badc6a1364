using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Usage;

/// <summary>Answer of <c>GET /v1/usage</c>.</summary>
/// <param name="From">The first day, UTC, <c>2026-11-28</c>.</param>
/// <param name="To">The last day, included.</param>
/// <param name="ByDay">Named by the day; days without a call are left out.</param>
/// <param name="ByModel">Named as the models were asked for.</param>
/// <param name="ByKey">Named as the keys are.</param>
public sealed record UsageResponse(
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("to")] string To,
    [property: JsonPropertyName("total")] UsageLine Total,
    [property: JsonPropertyName("by_day")] IReadOnlyList<UsageLine> ByDay,
    [property: JsonPropertyName("by_model")] IReadOnlyList<UsageLine> ByModel,
    [property: JsonPropertyName("by_key")] IReadOnlyList<UsageLine> ByKey,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <param name="Id">Of a key; absent elsewhere.</param>
/// <param name="Name">What the line sums; absent in the total.</param>
/// <param name="Calls">Answered and failed.</param>
/// <param name="FailedCalls">Refused, failed, or left by the client.</param>
/// <param name="CachedTokens">The part of the input that did not have to be computed.</param>
public sealed record UsageLine(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("calls")] long Calls,
    [property: JsonPropertyName("failed_calls")] long FailedCalls,
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("cached_tokens")] long CachedTokens,
    [property: JsonPropertyName("output_tokens")] long OutputTokens);

using System.Text.Json.Serialization;
using Cremona.Protocol.Envelope;

namespace Cremona.Protocol.Usage;

/// <summary>Answer of <c>GET /v1/limits</c>.</summary>
/// <param name="GroupId">The caller's group.</param>
/// <param name="ConcurrentCalls">Calls at work at once.</param>
/// <param name="Limits">The interfaces and models that the group has called lately.</param>
/// <param name="RequestsPerMinute">Of an interface and model that is not among them and has no rule of its own.</param>
/// <param name="TokensPerMinute">As for the requests.</param>
public sealed record LimitsResponse(
    [property: JsonPropertyName("group_id")] string GroupId,
    [property: JsonPropertyName("concurrent_calls")] LimitUse ConcurrentCalls,
    [property: JsonPropertyName("requests_per_minute")] long RequestsPerMinute,
    [property: JsonPropertyName("tokens_per_minute")] long TokensPerMinute,
    [property: JsonPropertyName("limits")] IReadOnlyList<InterfaceLimits> Limits,
    [property: JsonPropertyName("base_resp")] BaseResponse BaseResponse);

/// <param name="Interface">For example <c>chatcompletion_pro</c>.</param>
/// <param name="Model">As it was asked for.</param>
/// <param name="RequestsPerMinute">Calls within the last minute.</param>
/// <param name="TokensPerMinute">Input and output within the last minute, what running calls reserve included.</param>
public sealed record InterfaceLimits(
    [property: JsonPropertyName("interface")] string Interface,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("requests_per_minute")] LimitUse RequestsPerMinute,
    [property: JsonPropertyName("tokens_per_minute")] LimitUse TokensPerMinute);

public sealed record LimitUse(
    [property: JsonPropertyName("limit")] long Limit,
    [property: JsonPropertyName("used")] long Used);

[JsonSerializable(typeof(LimitsResponse))]
[JsonSerializable(typeof(UsageResponse))]
public sealed partial class UsageJson : JsonSerializerContext;

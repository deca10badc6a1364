using Cremona.Protocol.Envelope;
using Cremona.Protocol.Usage;
using Cremona.Server.Edge.Calls;

namespace Cremona.Server.Usage;

/// <summary>The words of <c>/v1/limits</c>.</summary>
internal static class UsageWire
{
    public static LimitsResponse ToResponse(string groupId, CallLimitsState state, CallLimitsOptions options) => new(
        groupId,
        new LimitUse(options.ConcurrentCallsMax, state.CallsAtWork),
        options.RequestsPerMinute,
        options.TokensPerMinute,
        [
            .. state.Windows.Select(window => new InterfaceLimits(
                window.Interface,
                window.Model,
                new LimitUse(window.RequestsLimit, window.RequestsUsed),
                new LimitUse(window.TokensLimit, Math.Max(0, window.TokensUsed)))),
        ],
        BaseResponse.Success);
}

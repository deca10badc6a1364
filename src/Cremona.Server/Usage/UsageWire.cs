using Cremona.Protocol.Envelope;
using Cremona.Protocol.Usage;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;

namespace Cremona.Server.Usage;

/// <summary>The words of <c>/v1/limits</c> and <c>/v1/usage</c>.</summary>
public static class UsageWire
{
    /// <param name="days">The days of the report.</param>
    /// <param name="sums">By day, model and key.</param>
    public static UsageResponse ToResponse(UsageDays days, IReadOnlyList<UsageSum> sums) => new(
        UsageDays.Text(days.From),
        UsageDays.Text(days.To),
        Sum(null, null, sums),
        [.. sums.GroupBy(sum => sum.Day).Select(day => Sum(null, UsageDays.Text(day.Key), day))],
        [
            .. sums.GroupBy(sum => sum.Model).OrderBy(model => model.Key, StringComparer.Ordinal)
                .Select(model => Sum(null, model.Key, model)),
        ],
        [
            .. sums.GroupBy(sum => (sum.KeyName, sum.KeyId)).OrderBy(key => key.Key)
                .Select(key => Sum(key.Key.KeyId, key.Key.KeyName, key)),
        ],
        BaseResponse.Success);

    internal static LimitsResponse ToResponse(string groupId, CallLimitsState state, CallLimitsOptions options) => new(
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

    private static UsageLine Sum(string? id, string? name, IEnumerable<UsageSum> sums)
    {
        List<UsageSum> parts = [.. sums];
        return new UsageLine(
            id,
            name,
            parts.Sum(part => part.Calls),
            parts.Sum(part => part.FailedCalls),
            parts.Sum(part => part.InputTokens),
            parts.Sum(part => part.CachedTokens),
            parts.Sum(part => part.OutputTokens));
    }
}

using Cremona.Protocol.Usage;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Usage;

/// <summary>What a group may use and has used; interfaces of this server's own.</summary>
public static class UsageEndpoints
{
    public static RouteGroupBuilder MapUsage(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1");
        group.MapGet("/limits", GetLimitsAsync).WithName("limits").WithSummary("The group's limits and how far they are used");
        group.MapGet("/usage", GetUsageAsync).WithName("usage").WithSummary("What the group has used, by day, model and key");
        return group;
    }

    /// <summary>The calls that have ended are in it, also those of a moment ago.</summary>
    private static async Task<UsageResponse> GetUsageAsync(
        Caller caller, RequestParameters parameters, IUsageStore store, UsageLedger ledger, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = UsageDays.Parse(parameters.FindString("from"), parameters.FindString("to"), today);
        await ledger.FlushAsync(cancellationToken);
        return UsageWire.ToResponse(
            days, await store.SumAsync(caller.GroupId, days.FirstDay, days.LastDay, cancellationToken));
    }

    private static async Task<LimitsResponse> GetLimitsAsync(
        Caller caller, CallLimiter limiter, IOptions<CallLimitsOptions> options, CancellationToken cancellationToken) =>
        UsageWire.ToResponse(
            caller.GroupId, await limiter.FindAsync(caller.GroupId, cancellationToken), options.Value);
}

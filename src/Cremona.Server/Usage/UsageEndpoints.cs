using Cremona.Protocol.Usage;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Calls;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Usage;

/// <summary>What a group may use and has used; interfaces of this server's own.</summary>
public static class UsageEndpoints
{
    public static RouteGroupBuilder MapUsage(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1");
        group.MapGet("/limits", GetLimits).WithName("limits").WithSummary("The group's limits and how far they are used");
        return group;
    }

    private static LimitsResponse GetLimits(Caller caller, CallLimiter limiter, IOptions<CallLimitsOptions> options) =>
        UsageWire.ToResponse(caller.GroupId, limiter.Find(caller.GroupId), options.Value);
}

using Cremona.Protocol.Envelope;
using Cremona.Protocol.Health;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cremona.Server.Edge.Health;

/// <summary>For whoever watches the process. No key is needed, and a server with all hands full is alive and
/// ready.</summary>
public static class HealthEndpoints
{
    public static RouteGroupBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithoutKey().WithHttpStatuses().OutsideTheBound();
        group.MapGet("/healthz", GetAlive).WithName("healthz").WithSummary("The process is alive");
        group.MapGet("/readyz", GetReadyAsync).WithName("readyz").WithSummary("The server can work");
        return group;
    }

    private static HealthResponse GetAlive() => new("alive", new Dictionary<string, string>(), BaseResponse.Success);

    private static async Task<JsonHttpResult<HealthResponse>> GetReadyAsync(
        IEnumerable<IReadinessCheck> checks, CancellationToken cancellationToken)
    {
        var faults = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (IReadinessCheck check in checks)
        {
            if (await check.FindFaultAsync(cancellationToken) is { } fault)
            {
                faults[check.Name] = fault;
            }
        }

        return faults.Count == 0
            ? TypedResults.Json(new HealthResponse("ready", faults, BaseResponse.Success))
            : TypedResults.Json(
                new HealthResponse("not ready", faults, BaseResponse.Success),
                statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>Metrics for whoever scrapes them.</summary>
public static class TelemetryEndpoints
{
    public static RouteHandlerBuilder MapTelemetry(this IEndpointRouteBuilder routes)
    {
        RouteHandlerBuilder metrics = routes.MapGet("/metrics", GetAsync).WithHttpStatuses()
            .WithName("metrics").WithSummary("Metrics in Prometheus' text format");
        IOptions<TelemetryOptions> options =
            routes.ServiceProvider.GetRequiredService<IOptions<TelemetryOptions>>();
        return options.Value.MetricsWithoutKey ? metrics.WithoutKey() : metrics;
    }

    private static async Task<ContentHttpResult> GetAsync(
        PrometheusExporter exporter, CancellationToken cancellationToken) =>
        TypedResults.Text(await exporter.CollectAsync(cancellationToken), PrometheusText.ContentType);
}

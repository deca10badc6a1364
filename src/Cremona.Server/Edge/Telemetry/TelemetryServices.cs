using Cremona.Inference.Scheduling;
using Cremona.Server.Settings;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Cremona.Server.Edge.Telemetry;

/// <summary>Registers metrics and traces.</summary>
public static class TelemetryServices
{
    private static readonly string[] Meters =
        [CallTelemetry.Name, EngineMetrics.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    private static readonly string[] Spans =
        [CallTelemetry.Name, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSettings<TelemetryOptions>(TelemetryOptions.Section);
        services.AddSingleton<CallTelemetry>();
        services.AddSingleton<PrometheusExporter>();
        services.AddOpenTelemetry().WithTracing().WithMetrics(metrics => metrics
            .AddMeter(Meters)
            .AddReader(provider =>
                new BaseExportingMetricReader(provider.GetRequiredService<PrometheusExporter>())));

        // Only with an address to send to: nothing is collected for nobody.
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            if (FindOtlp(provider, "v1/metrics") is { } otlp)
            {
                metrics.AddReader(new PeriodicExportingMetricReader(new OtlpMetricExporter(otlp)));
            }
        });
        services.ConfigureOpenTelemetryTracerProvider((provider, traces) =>
        {
            if (FindOtlp(provider, "v1/traces") is { } otlp)
            {
                traces.AddSource(Spans).AddProcessor(new BatchActivityExportProcessor(new OtlpTraceExporter(otlp)));
            }
        });
        return services;
    }

    /// <summary>Null when nothing is to be sent.</summary>
    private static OtlpExporterOptions? FindOtlp(IServiceProvider provider, string path)
    {
        TelemetryOptions options = provider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
        if (options.OtlpEndpoint.Length == 0)
        {
            return null;
        }

        OtlpExporterOptions otlp = new();
        otlp.Protocol = options.OtlpProtocol;
        otlp.Endpoint = options.OtlpProtocol == OtlpExportProtocol.HttpProtobuf
            ? new Uri($"{options.OtlpEndpoint.TrimEnd('/')}/{path}")
            : new Uri(options.OtlpEndpoint);
        return otlp;
    }
}

using Cremona.Protocol.Envelope;
using Cremona.Protocol.Health;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Edge.Health;
using Cremona.Server.Edge.Keys;
using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Edge.Telemetry;
using Cremona.Server.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge;

/// <summary>Registers the door and puts its steps in order.</summary>
public static class EdgeServices
{
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(9);

    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSettings<EdgeOptions>(EdgeOptions.Section);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<KeyStore>();
        services.AddSingleton<JwtKeys>();
        services.AddSingleton<OpenMode>();
        services.AddSingleton<Doorkeeper>();
        services.AddSingleton<ErrorAnswer>();
        services.AddSingleton<Drain>();
        services.AddSettings<CallLimitsOptions>(CallLimitsOptions.Section);
        services.AddSingleton<BalanceBook>();
        services.AddSingleton<CallCounts>();
        services.AddSingleton<CallSharing>();
        services.AddHostedService(provider => provider.GetRequiredService<CallSharing>());
        services.AddSingleton<CallLimiter>();
        services.AddSettings<LedgerOptions>(LedgerOptions.Section);
        services.AddHostedService<LedgerSweep>();
        services.AddTelemetry();
        services.AddSingleton<UsageLedger>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageLedger>());
        services.AddSingleton<IReadinessCheck, StoreCheck>();
        services.AddSingleton<IReadinessCheck, DiskCheck>();
        services.AddHostedService<DoorReport>();
        services.ConfigureHttpJsonOptions(json =>
        {
            WireJson.Apply(json.SerializerOptions);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, EnvelopeJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, HealthJson.Default);
        });
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<EdgeOptions>>(BoundKestrel);
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // Never a bare 400.
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = StopMax;
            host.ServicesStopConcurrently = true; // Jobs hand back their lease while requests drain.
        });
        return services;
    }

    /// <summary>The steps of every request, in order. Call before any Map.</summary>
    public static WebApplication UseEdge(this WebApplication app)
    {
        app.UseMiddleware<AnswerMiddleware>();
        app.UseMiddleware<CallMiddleware>();
        app.UseRouting();
        app.UseMiddleware<LimitMiddleware>();
        app.UseMiddleware<KeyMiddleware>();
        app.UseMiddleware<ParameterMiddleware>();
        return app;
    }

    /// <summary>Kestrel's own bounds lie above ours, because it refuses without a body and without a trace
    /// id.</summary>
    private static void BoundKestrel(KestrelServerOptions kestrel, IOptions<EdgeOptions> edge)
    {
        EdgeOptions options = edge.Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * options.HeaderBytesMax;
        kestrel.Limits.MaxRequestLineSize = 2 * options.QueryBytesMax;
        kestrel.Limits.MaxRequestBufferSize = Math.Max(1 << 20, 2 * options.QueryBytesMax);
        kestrel.Limits.MaxRequestBodySize = options.JsonBodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = 4L * options.ConcurrentRequestsMax;
    }
}

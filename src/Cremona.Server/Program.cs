using Cremona.Server.Chat;
using Cremona.Server.Edge;
using Cremona.Server.Edge.Health;
using Cremona.Server.Edge.Telemetry;
using Cremona.Server.Files;
using Cremona.Server.FineTuning;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Server.Settings;
using Cremona.Server.Storage;
using Cremona.Server.Usage;

namespace Cremona.Server;

/// <summary>The table of contents of the house.</summary>
public static class ServerProgram
{
    public static Task<int> Main(string[] args) => RunAsync(args, CancellationToken.None);

    /// <summary>Runs the server until it is told to stop. <c>--urls URL</c>, <c>--data DIR</c> and any setting as
    /// <c>--Section:Name=value</c>.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        await using WebApplication app = Build(args);
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <param name="args">As for <see cref="RunAsync"/>.</param>
    /// <param name="configure">Replaces services, for an embedding program or a test.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddSettings(args).RefuseUnknownSections();
        builder.Services.AddStorage();
        builder.Services.AddEdge();
        builder.Services.AddFiles();
        builder.Services.AddModels();
        builder.Services.AddChat();
        builder.Services.AddJobs();
        builder.Services.AddFineTuning();
        builder.Services.AddUsage();
        configure?.Invoke(builder.Services);

        WebApplication app = builder.Build();
        app.UseEdge();
        app.MapHealth();
        app.MapTelemetry();
        app.MapFiles();
        app.MapModels();
        app.MapChat();
        app.MapFineTuning();
        app.MapUsage();
        return app;
    }
}

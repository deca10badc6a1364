using Cremona.Server.Edge;
using Cremona.Server.FineTuning;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Server.Settings;
using Cremona.Server.Storage;

namespace Cremona.Server;

/// <summary>The server's worker loop alone, without HTTP, against the same store.</summary>
public static class WorkerProgram
{
    /// <summary>Works until it is told to stop. <c>--data DIR</c> and any setting as
    /// <c>--Section:Name=value</c>.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        using IHost host = Build(args);
        await host.StartAsync(cancellationToken);
        await host.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <param name="args">As for <see cref="RunAsync"/>.</param>
    /// <param name="configure">Replaces services, for an embedding program or a test.</param>
    public static IHost Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddSettings(args).RefuseUnknownSections();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage();
        builder.Services.AddJobs();
        builder.Services.AddModels();
        builder.Services.AddFineTuning();

        // A worker serves nobody: models load when a job needs them. And it works even where the servers do not.
        builder.Services.PostConfigure<ModelsOptions>(options => options.Preloaded = "");
        builder.Services.PostConfigure<JobsOptions>(options => options.WorkerCount = Math.Max(1, options.WorkerCount));
        configure?.Invoke(builder.Services);
        return builder.Build();
    }
}

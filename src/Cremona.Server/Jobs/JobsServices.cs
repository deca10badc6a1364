using Cremona.Server.Settings;

namespace Cremona.Server.Jobs;

/// <summary>Registers the engine room.</summary>
public static class JobsServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSettings<JobsOptions>(JobsOptions.Section)
            .Validate(
                options => options.HeartbeatInterval * 2 <= options.LeaseDuration,
                "Jobs:LeaseDuration must be at least twice Jobs:HeartbeatInterval, or healthy workers lose their jobs.");
        services.AddSingleton<JobSignals>();
        services.AddSingleton<JobStateWriter>();
        services.AddSingleton<IJobStore, JobStore>();
        services.AddSingleton<IJobQueue, JobQueue>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<JobKeeper>();
        services.AddHostedService<JobWorker>();
        return services;
    }
}

using Cremona.Server.Jobs;
using Cremona.Server.Settings;

namespace Cremona.Server.FineTuning;

/// <summary>Registers the fine-tuning room.</summary>
public static class FineTuningServices
{
    public static IServiceCollection AddFineTuning(this IServiceCollection services)
    {
        services.AddSettings<FineTuningOptions>(FineTuningOptions.Section);
        services.AddSingleton<IFineTuneJobStore, FineTuneJobStore>();
        services.AddSingleton<ExampleFiles>();
        services.AddSingleton<FineTuningService>();
        services.AddSingleton<ITrainer, ManagedTrainer>();
        services.AddSingleton<FineTuningRun>();
        services.AddSingleton<TunedModelPublisher>();
        services.AddSingleton<IJobHandler, FineTuningJobHandler>();
        return services;
    }
}

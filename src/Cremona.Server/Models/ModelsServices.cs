using Cremona.Inference.Scheduling;
using Cremona.Protocol.Models;
using Cremona.Server.Edge.Health;
using Cremona.Server.Models.Upstream;
using Cremona.Server.Settings;

namespace Cremona.Server.Models;

/// <summary>Registers the catalog and the host of models.</summary>
public static class ModelsServices
{
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddSettings<ModelsOptions>(ModelsOptions.Section);
        services.AddSettings<EngineOptions>(EngineOptions.Section);
        services.AddSingleton<ITunedModelStore, TunedModelStore>();
        services.AddSingleton<TunedModelRemoval>();
        services.AddHostedService<TunedModelSweep>();
        services.AddSingleton<IModelCatalog, ModelCatalog>();
        services.AddSingleton<IModelReader, ModelReader>();
        services.AddSingleton<IModelHost, ModelHost>();
        services.AddSingleton<ChatBackends>();
        services.AddSingleton<UpstreamPools>();
        services.AddSingleton<ModelPreloadWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelPreloadWorker>());
        services.AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<ModelPreloadWorker>());
        services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ModelsJson.Default));
        return services;
    }
}

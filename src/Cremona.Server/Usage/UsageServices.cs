using Cremona.Protocol.Usage;

namespace Cremona.Server.Usage;

/// <summary>Registers the usage room.</summary>
public static class UsageServices
{
    public static IServiceCollection AddUsage(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, UsageJson.Default));
        return services;
    }
}

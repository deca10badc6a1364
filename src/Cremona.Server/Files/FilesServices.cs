using Cremona.Protocol.Files;
using Cremona.Server.Settings;

namespace Cremona.Server.Files;

/// <summary>Registers the room.</summary>
public static class FilesServices
{
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.AddSettings<FilesOptions>(FilesOptions.Section);
        services.AddSingleton<FilesService>();
        services.AddSingleton<DownloadLinks>();
        services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FilesJson.Default));
        return services;
    }
}

using Cremona.Server.Settings;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Cremona.Server.Storage;

/// <summary>Registers the cellar: database, blobs, files.</summary>
public static class StorageServices
{
    private static readonly TimeSpan CountersWaitMax = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSettings<StorageOptions>(StorageOptions.Section);
        services.AddSingleton<DataFolder>();
        services.AddSingleton<DataFolderLock>();
        services.AddSingleton(CreateDatabase);
        services.AddSingleton<Migrator>();
        services.AddSingleton<StraySweeper>();
        services.AddSingleton<IBlobStore, FolderBlobStore>();
        services.AddSingleton<IFileStore, FileStore>();
        services.AddSingleton<IUsageStore, UsageStore>();
        services.AddSingleton<ICallCountStore, CallCountStore>();
        services.AddSingleton<SecretStore>();
        services.AddSingleton<StoragePreparation>();
        services.AddHostedService(provider => provider.GetRequiredService<StoragePreparation>());
        return services;
    }

    private static Database CreateDatabase(IServiceProvider provider)
    {
        StorageOptions options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (options.ConnectionString is { Length: > 0 } server)
        {
            return new Database(NpgsqlDataSource.Create(server), new PostgresDialect());
        }

        string path = provider.GetRequiredService<DataFolder>().DatabasePath;
        var source = new SqliteDataSource(path, TimeSpan.FromSeconds(options.BusyTimeoutSeconds));
        return new Database(source, new SqliteDialect())
        {
            Counters = new SqliteDataSource(path, CountersWaitMax, keepsLastCommits: false),
        };
    }
}

using Cremona.Server.Settings;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Cremona.Server.Storage;

/// <summary>Registers the cellar: database, blobs, files.</summary>
public static class StorageServices
{
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
        services.AddSingleton<SecretStore>();
        services.AddSingleton<StoragePreparation>();
        services.AddHostedService(provider => provider.GetRequiredService<StoragePreparation>());
        return services;
    }

    private static Database CreateDatabase(IServiceProvider provider)
    {
        StorageOptions options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        return string.IsNullOrEmpty(options.ConnectionString)
            ? new Database(
                new SqliteDataSource(
                    provider.GetRequiredService<DataFolder>().DatabasePath,
                    TimeSpan.FromSeconds(options.BusyTimeoutSeconds)),
                new SqliteDialect())
            : new Database(NpgsqlDataSource.Create(options.ConnectionString), new PostgresDialect());
    }
}

namespace Cremona.Server.Storage;

/// <summary>Makes the store usable before anything else of the server starts: folders, lock, schema, sweep.
/// Idempotent.</summary>
public sealed class StoragePreparation(
    DataFolder folder, DataFolderLock folderLock, Migrator migrator, StraySweeper sweeper) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        folder.Create();
        await using (FileStream? alone = folderLock.TryHoldAlone())
        {
            await migrator.RunAsync(cancellationToken);
            if (alone is not null)
            {
                await sweeper.RunAsync(cancellationToken);
            }
        }

        await folderLock.HoldSharedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

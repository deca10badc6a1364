namespace Cremona.Server.Storage;

/// <summary>Every process that uses the data folder holds its lock file shared; only a process that can hold it alone
/// may sweep, so nobody's unfinished upload is taken for a stray.</summary>
public sealed class DataFolderLock(DataFolder folder, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SharedWaitMax = TimeSpan.FromMinutes(1);

    private FileStream? _shared;

    /// <summary>The lock held alone, or null when another process is alive.</summary>
    public FileStream? TryHoldAlone() => TryOpen(FileAccess.ReadWrite, FileShare.None);

    /// <summary>Joins the processes that use the folder; waits while one sweeps.</summary>
    public async Task HoldSharedAsync(CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        while ((_shared ??= TryOpen(FileAccess.Read, FileShare.Read)) is null)
        {
            if (clock.GetElapsedTime(start) > SharedWaitMax)
            {
                throw new IOException(
                    $"{folder.LockPath} is held by another process; stop it or use another --data folder.");
            }

            await Task.Delay(RetryEvery, clock, cancellationToken);
        }
    }

    public void Dispose() => _shared?.Dispose();

    private FileStream? TryOpen(FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(folder.LockPath, FileMode.OpenOrCreate, access, share);
        }
        catch (IOException) when (File.Exists(folder.LockPath))
        {
            return null;
        }
    }
}

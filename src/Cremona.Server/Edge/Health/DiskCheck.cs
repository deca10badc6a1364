using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Health;

/// <summary>The data folder's disk has room.</summary>
public sealed class DiskCheck(DataFolder folder, IOptions<StorageOptions> options) : IReadinessCheck
{
    public string Name => "disk";

    public Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            long free = new DriveInfo(folder.Root).AvailableFreeSpace;
            return Task.FromResult(free < options.Value.FreeDiskBytesMin
                ? $"{free} bytes are free, at least {options.Value.FreeDiskBytesMin} are needed"
                : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<string?>("the data folder cannot be read");
        }
    }
}

using Microsoft.Extensions.Options;

namespace Cremona.Server.Storage;

/// <summary>The absolute paths inside the data folder.</summary>
public sealed class DataFolder
{
    public DataFolder(IOptions<StorageOptions> options) => Root = Path.GetFullPath(options.Value.DataFolder);

    public string Root { get; }

    /// <summary>The SQLite file.</summary>
    public string DatabasePath => Path.Combine(Root, "cremona.db");

    /// <summary>Root of <see cref="FolderBlobStore"/>.</summary>
    public string BlobFolder => Path.Combine(Root, "blobs");

    /// <summary>One work folder per job: checkpoints and job.log.</summary>
    public string JobFolder => Path.Combine(Root, "jobs");

    /// <summary>Unfinished writes; emptied when no process uses the data folder.</summary>
    public string TempFolder => Path.Combine(Root, "tmp");

    /// <summary>Says which database the folder belongs to; see <see cref="StraySweeper"/>.</summary>
    public string StorePath => Path.Combine(Root, "cremona.store");

    public string LockPath => Path.Combine(Root, "cremona.lock");

    /// <summary>Creates what is missing. A new data folder is its owner's alone: it holds uploads and key
    /// digests.</summary>
    /// <exception cref="IOException">It cannot be made; the message says which folder and what to do.</exception>
    public void Create()
    {
        try
        {
            CreateFolders();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"the data folder {Root} cannot be made ({fault.Message}); name another with --data or {StorageOptions.Section}:{nameof(StorageOptions.DataFolder)}, or give this user the folder",
                fault);
        }
    }

    private void CreateFolders()
    {
        if (!OperatingSystem.IsWindows() && !Directory.Exists(Root))
        {
            Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        foreach (string folder in new[] { Root, BlobFolder, JobFolder, TempFolder })
        {
            Directory.CreateDirectory(folder);
        }
    }
}

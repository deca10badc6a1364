using System.Buffers;
using System.Security.Cryptography;
using Cremona.Inference.Checkpoints;

namespace Cremona.Server.Storage;

/// <summary>Blobs as files below the data folder. A blob appears under its key complete and durable, or not at
/// all.</summary>
public sealed class FolderBlobStore(DataFolder folder) : IBlobStore
{
    private const int CopyBytes = 128 * 1024;

    public async Task<BlobDigest> WriteAsync(
        string key, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        string target = PathOf(key);
        string temporary = NewTemporaryPath();
        try
        {
            BlobDigest digest;
            await using (FileStream file = Create(temporary))
            {
                digest = await CopyAsync(content, file, maxBytes, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            CreateParent(target);
            File.Move(temporary, target, overwrite: false);
            temporary = target; // From here on the name to take back.
            DurableFolder.Flush(Path.GetDirectoryName(target)!);
            return digest;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public Stream OpenRead(string key)
    {
        try
        {
            return new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            });
        }
        catch (DirectoryNotFoundException fault)
        {
            throw new FileNotFoundException($"There is no blob {key}.", key, fault);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        string path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableFolder.Flush(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    public Task DeleteFolderAsync(string prefix, CancellationToken cancellationToken)
    {
        string path = PathOf(prefix);
        if (Directory.Exists(path))
        {
            RemoveFolder(path);
            DurableFolder.Flush(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    public Task<string> MaterializeFolderAsync(string prefix, CancellationToken cancellationToken)
    {
        string path = PathOf(prefix);
        return Directory.Exists(path)
            ? Task.FromResult(path)
            : throw new DirectoryNotFoundException($"There are no blobs below {prefix}.");
    }

    public Task PublishFolderAsync(string localFolder, string prefix, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(localFolder, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            DurableFolder.FlushFile(file);
        }

        DurableFolder.Flush(localFolder);
        string target = PathOf(prefix);
        CreateParent(target);
        if (Directory.Exists(target))
        {
            RemoveFolder(target);
        }

        Directory.Move(localFolder, target);
        DurableFolder.Flush(Path.GetDirectoryName(target)!);
        return Task.CompletedTask;
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    private static async Task<BlobDigest> CopyAsync(
        Stream content, FileStream file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            long bytes = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                bytes += read;
                if (bytes > maxBytes)
                {
                    throw new BlobTooLargeException(maxBytes);
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return new BlobDigest(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Moves the folder aside first, so that readers see all of it or nothing.</summary>
    private void RemoveFolder(string path)
    {
        string aside = NewTemporaryPath();
        Directory.Move(path, aside);
        Directory.Delete(aside, recursive: true);
    }

    /// <summary>Creates missing parents and makes their names durable too.</summary>
    private void CreateParent(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
            DurableFolder.Flush(Path.GetDirectoryName(parent)!);
            DurableFolder.Flush(folder.BlobFolder);
        }
    }

    private string NewTemporaryPath() => Path.Combine(folder.TempFolder, Path.GetRandomFileName() + ".part");

    private string PathOf(string key)
    {
        string[] segments = key.Split('/');
        if (segments.Any(segment => segment.Length == 0 || segment[0] == '.' || !segment.All(IsKeyCharacter)))
        {
            throw new ArgumentException($"'{key}' is not a blob key.", nameof(key));
        }

        return Path.Combine([folder.BlobFolder, .. segments]);
    }

    private static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}

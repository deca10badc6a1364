using System.Data.Common;
using System.Security.Cryptography;
using Cremona.Inference.Checkpoints;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>Removes what a killed process left behind: unfinished writes, file blobs whose row was never written or is
/// gone, and the heartbeat of whoever answered calls. Files go only from a folder that belongs to the database: to any
/// other one, each upload in it would look like a stray.</summary>
public sealed class StraySweeper(
    Database database, DataFolder folder, IBlobStore blobs, SecretStore secrets, ILogger<StraySweeper> log)
{
    private const int BatchSize = 500;

    private string UploadFolder => Path.Combine(folder.BlobFolder, "files");

    /// <summary>Call only while no other process uses the data folder.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (database.Dialect is SqliteDialect)
        {
            await ForgetProcessesAsync(cancellationToken);
        }

        if (await OwnsFolderAsync(cancellationToken))
        {
            RemoveUnfinished();
            await RemoveOwnerlessAsync(cancellationToken);
        }
    }

    /// <summary>The folder keeps the digest of a secret of its database, which it gets from the first one that knows
    /// any of its files.</summary>
    private async Task<bool> OwnsFolderAsync(CancellationToken cancellationToken)
    {
        byte[] secret = await secrets.GetAsync("store", cancellationToken);
        string store = Convert.ToHexStringLower(SHA256.HashData(secret));
        if (File.Exists(folder.StorePath))
        {
            bool isOurs = await File.ReadAllTextAsync(folder.StorePath, cancellationToken) == store;
            if (!isOurs)
            {
                log.LogWarning(
                    "Nothing is swept: the data folder {Root} belongs to another database. Start with that one "
                    + "(Storage:ConnectionString), or, when this one has taken its place, delete {StorePath}",
                    folder.Root, folder.StorePath);
            }

            return isOurs;
        }

        if (!await KnowsFilesAsync(cancellationToken))
        {
            log.LogWarning(
                "Nothing is swept: this database knows none of the files in {UploadFolder}. Start with the one that "
                + "does (Storage:ConnectionString), or, when nobody needs them, delete the files",
                UploadFolder);
            return false;
        }

        string temporary = Path.Combine(folder.TempFolder, Path.GetRandomFileName() + ".part");
        await File.WriteAllTextAsync(temporary, store, cancellationToken);
        DurableFolder.FlushFile(temporary);
        File.Move(temporary, folder.StorePath);
        DurableFolder.Flush(folder.Root);
        return true;
    }

    /// <summary>Whether there are no files, or the database has a row of at least one.</summary>
    private async Task<bool> KnowsFilesAsync(CancellationToken cancellationToken)
    {
        bool isEmpty = true;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        foreach (string[] keys in ListBlobs())
        {
            isEmpty = false;
            if ((await FindOwnedAsync(connection, keys, cancellationToken)).Count > 0)
            {
                return true;
            }
        }

        return isEmpty;
    }

    private void RemoveUnfinished()
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder.TempFolder))
        {
            log.LogInformation("Removing unfinished {Path}", path);
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    private async Task RemoveOwnerlessAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        foreach (string[] keys in ListBlobs())
        {
            HashSet<string> owned = await FindOwnedAsync(connection, keys, cancellationToken);
            foreach (string stray in keys.Where(key => !owned.Contains(key)))
            {
                log.LogInformation("Removing blob {Key}, which has no row", stray);
                await blobs.DeleteAsync(stray, cancellationToken);
            }
        }
    }

    /// <summary>The keys of all uploads, so many at a time as one statement asks for.</summary>
    private IEnumerable<string[]> ListBlobs() => Directory.Exists(UploadFolder)
        ? Directory.EnumerateFiles(UploadFolder).Select(path => $"files/{Path.GetFileName(path)}").Chunk(BatchSize)
        : [];

    /// <summary>Nobody uses the folder, so nobody answers calls on the SQLite file in it.</summary>
    private async Task ForgetProcessesAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM serving_processes", cancellationToken: cancellationToken));
    }

    private static async Task<HashSet<string>> FindOwnedAsync(
        DbConnection connection, string[] keys, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        for (int i = 0; i < keys.Length; i++)
        {
            parameters.Add($"key{i}", keys[i]);
        }

        string list = string.Join(", ", parameters.ParameterNames.Select(name => $"@{name}"));
        return (await connection.QueryAsync<string>(new CommandDefinition(
            $"SELECT blob_key FROM files WHERE blob_key IN ({list})",
            parameters, cancellationToken: cancellationToken))).ToHashSet();
    }
}

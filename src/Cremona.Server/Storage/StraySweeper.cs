using System.Data.Common;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>Removes what a killed process left behind: unfinished writes, file blobs whose row was never written or is
/// gone, and the heartbeat of whoever answered calls.</summary>
public sealed class StraySweeper(Database database, DataFolder folder, IBlobStore blobs, ILogger<StraySweeper> log)
{
    private const int BatchSize = 500;

    /// <summary>Call only while no other process uses the data folder.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (database.Dialect is SqliteDialect)
        {
            await ForgetProcessesAsync(cancellationToken);
        }

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

        string files = Path.Combine(folder.BlobFolder, "files");
        if (!Directory.Exists(files))
        {
            return;
        }

        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        foreach (string[] batch in Directory.EnumerateFiles(files).Chunk(BatchSize))
        {
            string[] keys = [.. batch.Select(path => $"files/{Path.GetFileName(path)}")];
            HashSet<string> owned = await FindOwnedAsync(connection, keys, cancellationToken);
            foreach (string stray in keys.Where(key => !owned.Contains(key)))
            {
                log.LogInformation("Removing blob {Key}, which has no row", stray);
                await blobs.DeleteAsync(stray, cancellationToken);
            }
        }
    }

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

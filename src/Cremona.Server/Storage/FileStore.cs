using System.Data.Common;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>Files over <see cref="Database"/> and <see cref="IBlobStore"/>.</summary>
public sealed class FileStore(Database database, IBlobStore blobs) : IFileStore
{
    private const string Columns = """
        id AS Id, group_id AS GroupId, bytes AS Bytes, created_at_seconds AS CreatedAtSeconds,
        file_name AS FileName, purpose AS Purpose, sha256 AS Sha256, blob_key AS BlobKey
        """;

    public async Task AddAsync(StoredFile file, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null)
        {
            await AddUsageAsync(file.GroupId, file.Bytes, transaction, cancellationToken);
            await InsertAsync(file, transaction, cancellationToken);
            return;
        }

        await TryAddAsync(file, long.MaxValue, cancellationToken);
    }

    public async Task<bool> TryAddAsync(StoredFile file, long groupBytesMax, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);

        // The update takes the group's row lock, so the sum is right whatever else is being uploaded.
        long used = await AddUsageAsync(file.GroupId, file.Bytes, transaction, cancellationToken);
        if (used > groupBytesMax)
        {
            return false;
        }

        await InsertAsync(file, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<StoredFile?> FindAsync(string groupId, long id, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredFile>(new CommandDefinition(
            $"SELECT {Columns} FROM files WHERE id = @id AND group_id = @groupId",
            new { id, groupId }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<StoredFile>> ListAsync(
        string groupId, string? purpose, CancellationToken cancellationToken)
    {
        string filter = purpose is null ? "" : "AND purpose = @purpose";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<StoredFile>(new CommandDefinition(
            $"SELECT {Columns} FROM files WHERE group_id = @groupId {filter} ORDER BY created_at_seconds, id",
            new { groupId, purpose }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task<bool> DeleteAsync(string groupId, long id, CancellationToken cancellationToken)
    {
        StoredFile? deleted = await DeleteRowAsync(groupId, id, cancellationToken);
        if (deleted is null)
        {
            return false;
        }

        // The row is gone: a blob that stays behind after a crash is swept at the next start.
        await blobs.DeleteAsync(deleted.BlobKey, CancellationToken.None);
        return true;
    }

    public async Task<long> SumBytesAsync(string groupId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT bytes FROM file_usage WHERE group_id = @groupId",
            new { groupId }, cancellationToken: cancellationToken)) ?? 0;
    }

    public Task HoldAsync(long fileId, string holder, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "INSERT INTO file_holds (holder, file_id) VALUES (@holder, @fileId) ON CONFLICT DO NOTHING",
            new { holder, fileId }, transaction, cancellationToken: cancellationToken));

    public Task ReleaseAsync(string holder, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM file_holds WHERE holder = @holder",
            new { holder }, transaction, cancellationToken: cancellationToken));

    public async Task<string?> FindHolderAsync(long fileId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(
            "SELECT holder FROM file_holds WHERE file_id = @fileId ORDER BY holder LIMIT 1",
            new { fileId }, cancellationToken: cancellationToken));
    }

    /// <summary>Removes the row unless it is held or absent.</summary>
    private async Task<StoredFile?> DeleteRowAsync(string groupId, long id, CancellationToken cancellationToken)
    {
        try
        {
            await using DbConnection connection = await database.OpenAsync(cancellationToken);
            await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            StoredFile? deleted = await connection.QuerySingleOrDefaultAsync<StoredFile>(new CommandDefinition(
                $"""
                DELETE FROM files WHERE id = @id AND group_id = @groupId
                  AND NOT EXISTS (SELECT 1 FROM file_holds WHERE file_id = @id)
                RETURNING {Columns}
                """,
                new { id, groupId }, transaction, cancellationToken: cancellationToken));
            if (deleted is not null)
            {
                await AddUsageAsync(groupId, -deleted.Bytes, transaction, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            return deleted;
        }
        catch (DbException fault) when (database.Dialect.IsForeignKeyFault(fault))
        {
            // A job took hold of the file between our look and our delete.
            return null;
        }
    }

    private static Task<long> AddUsageAsync(
        string groupId, long bytes, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            INSERT INTO file_usage (group_id, bytes) VALUES (@groupId, @bytes)
            ON CONFLICT (group_id) DO UPDATE SET bytes = file_usage.bytes + excluded.bytes
            RETURNING bytes
            """,
            new { groupId, bytes }, transaction, cancellationToken: cancellationToken));

    private static Task<int> InsertAsync(
        StoredFile file, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO files (id, group_id, bytes, created_at_seconds, file_name, purpose, sha256, blob_key)
            VALUES (@Id, @GroupId, @Bytes, @CreatedAtSeconds, @FileName, @Purpose, @Sha256, @BlobKey)
            """,
            file, transaction, cancellationToken: cancellationToken));
}

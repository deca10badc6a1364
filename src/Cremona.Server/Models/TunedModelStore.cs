using System.Data.Common;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Models;

/// <inheritdoc cref="ITunedModelStore"/>
public sealed class TunedModelStore(Database database, IBlobStore blobs, TimeProvider clock) : ITunedModelStore
{
    private const string Columns = """
        id AS Id, group_id AS GroupId, base_model_name AS BaseModelName, base_model_id AS BaseModelId,
        created_at AS CreatedAtMs, adapter_key AS AdapterKey, job_id AS JobId,
        called_at AS CalledAtMs
        """;

    private static readonly TimeSpan MarkEvery = TimeSpan.FromHours(1);

    public Task AddAsync(TunedModel model, DbTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO tuned_models (id, group_id, base_model_name, base_model_id, created_at, adapter_key, job_id)
            VALUES (@Id, @GroupId, @BaseModelName, @BaseModelId, @CreatedAtMs, @AdapterKey, @JobId)
            """;
        return transaction.Connection!.ExecuteAsync(
            new CommandDefinition(sql, model, transaction, cancellationToken: cancellationToken));
    }

    public async Task<TunedModel?> FindAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        if (id.Contains('\0', StringComparison.Ordinal))
        {
            return null; // PostgreSQL takes no such text.
        }

        const string sql =
            $"SELECT {Columns} FROM tuned_models WHERE id = @Id AND group_id = @GroupId AND deleted_at = 0";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<TunedModel>(
            new CommandDefinition(sql, new { Id = id, GroupId = groupId }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<TunedModel>> ListAsync(string groupId, CancellationToken cancellationToken)
    {
        const string sql = $"""
            SELECT {Columns} FROM tuned_models
            WHERE group_id = @GroupId AND deleted_at = 0
            ORDER BY created_at DESC, id DESC
            """;
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<TunedModel>(
            new CommandDefinition(sql, new { GroupId = groupId }, cancellationToken: cancellationToken))).AsList();
    }

    public async Task<bool> MarkDeletedAsync(string groupId, string id, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE tuned_models SET deleted_at = @Now
            WHERE id = @Id AND group_id = @GroupId AND deleted_at = 0
            """;
        object values = new { Id = id, GroupId = groupId, Now = clock.GetUtcNow().ToUnixTimeMilliseconds() };
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        int marked = await connection.ExecuteAsync(
            new CommandDefinition(sql, values, cancellationToken: cancellationToken));
        return marked > 0;
    }

    public async Task MarkCalledAsync(TunedModel model, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (now - DateTimeOffset.FromUnixTimeMilliseconds(model.CalledAtMs) < MarkEvery)
        {
            return;
        }

        object values = new { model.Id, Now = now.ToUnixTimeMilliseconds() };
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE tuned_models SET called_at = @Now WHERE id = @Id", values, cancellationToken: cancellationToken));
    }

    public async Task<int> MarkLapsedAsync(DateTimeOffset unusedSince, CancellationToken cancellationToken)
    {
        const string sql = """
            UPDATE tuned_models SET deleted_at = @Now
            WHERE deleted_at = 0 AND created_at < @Since AND called_at < @Since
            """;
        object values = new
        {
            Now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Since = unusedSince.ToUnixTimeMilliseconds(),
        };
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(sql, values, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<TunedModel>> ListMarkedAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<TunedModel>(new CommandDefinition(
            $"SELECT {Columns} FROM tuned_models WHERE deleted_at <> 0", cancellationToken: cancellationToken))).AsList();
    }

    public Task FreeAsync(TunedModel model, CancellationToken cancellationToken) =>
        blobs.DeleteFolderAsync(model.AdapterKey, cancellationToken);

    public async Task ForgetAsync(TunedModel model, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM tuned_models WHERE id = @Id AND deleted_at <> 0", new { model.Id },
            cancellationToken: cancellationToken));
    }
}

using System.Data.Common;
using Dapper;

namespace Cremona.Server.Storage;

/// <inheritdoc cref="IUsageStore"/>
public sealed class UsageStore(Database database) : IUsageStore
{
    private const long DayMs = 86_400_000;
    private const int DeletedAtOnceMax = 5000;

    public async Task AppendAsync(IReadOnlyCollection<UsageRow> rows, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        Dictionary<string, long> used = [];
        foreach (UsageRow row in rows)
        {
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO usage_calls (
                  id, at_ms, group_id, key_id, key_name, operation, model, input_tokens, cached_tokens, output_tokens,
                  first_token_ms, duration_ms, status)
                VALUES (
                  @Id, @AtMs, @GroupId, @KeyId, @KeyName, @Operation, @Model, @InputTokens, @CachedTokens,
                  @OutputTokens, @FirstTokenMs, @DurationMs, @Status)
                ON CONFLICT (id) DO NOTHING
                """,
                row, transaction, cancellationToken: cancellationToken)) == 1)
            {
                used[row.GroupId] = used.GetValueOrDefault(row.GroupId) + row.InputTokens + row.OutputTokens;
            }
        }

        // In one order, so that two processes cannot wait for each other's rows.
        foreach ((string groupId, long tokens) in used.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE group_balances SET tokens_left = tokens_left - @tokens WHERE group_id = @groupId",
                new { groupId, tokens }, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<long> DeleteBeforeAsync(long atMs, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        long all = 0;
        int deleted;
        do
        {
            deleted = await connection.ExecuteAsync(new CommandDefinition(
                $"""
                DELETE FROM usage_calls
                WHERE id IN (SELECT id FROM usage_calls WHERE at_ms < @atMs LIMIT {DeletedAtOnceMax})
                """,
                new { atMs }, cancellationToken: cancellationToken));
            all += deleted;
        }
        while (deleted == DeletedAtOnceMax);
        return all;
    }

    public async Task<IReadOnlyList<UsageSum>> SumAsync(
        string? groupId, long fromDay, long toDay, CancellationToken cancellationToken)
    {
        string filter = groupId is null ? "" : "AND group_id = @groupId";
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<UsageSum>(new CommandDefinition(
            $"""
            SELECT at_ms / {DayMs} AS Day, model AS Model, key_id AS KeyId, key_name AS KeyName, COUNT(*) AS Calls,
              CAST(SUM(CASE WHEN status = 0 THEN 0 ELSE 1 END) AS BIGINT) AS FailedCalls,
              CAST(SUM(input_tokens) AS BIGINT) AS InputTokens, CAST(SUM(cached_tokens) AS BIGINT) AS CachedTokens,
              CAST(SUM(output_tokens) AS BIGINT) AS OutputTokens
            FROM usage_calls
            WHERE at_ms >= @fromMs AND at_ms < @toMs {filter}
            GROUP BY at_ms / {DayMs}, model, key_id, key_name
            ORDER BY 1, 2, 3, 4
            """,
            new { groupId, fromMs = fromDay * DayMs, toMs = (toDay + 1) * DayMs },
            cancellationToken: cancellationToken))).AsList();
    }

    public async Task<long?> FindBalanceAsync(string groupId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT tokens_left FROM group_balances WHERE group_id = @groupId",
            new { groupId }, cancellationToken: cancellationToken));
    }

    public async Task SetBalanceAsync(string groupId, long? tokensLeft, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            tokensLeft is null
                ? "DELETE FROM group_balances WHERE group_id = @groupId"
                : """
                INSERT INTO group_balances (group_id, tokens_left) VALUES (@groupId, @tokensLeft)
                ON CONFLICT (group_id) DO UPDATE SET tokens_left = excluded.tokens_left
                """,
            new { groupId, tokensLeft }, cancellationToken: cancellationToken));
    }

    public async Task<IReadOnlyList<GroupBalance>> ListBalancesAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<GroupBalance>(new CommandDefinition(
            "SELECT group_id AS GroupId, tokens_left AS TokensLeft FROM group_balances ORDER BY group_id",
            cancellationToken: cancellationToken))).AsList();
    }
}

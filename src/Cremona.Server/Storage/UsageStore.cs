using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Cremona.Server.Storage;

/// <inheritdoc cref="IUsageStore"/>
public sealed class UsageStore(Database database) : IUsageStore
{
    private const long DayMs = 86_400_000;
    private const int DeletedAtOnceMax = 5000;

    /// <summary>SQLite looks for a parameter's name among all of its statement, so a statement has few.</summary>
    private const int RowsAtOnceMax = 16;

    private static readonly string[] Columns =
    [
        "id", "at_ms", "group_id", "key_id", "key_name", "operation", "model", "input_tokens", "cached_tokens",
        "output_tokens", "first_token_ms", "duration_ms", "status",
    ];

    private static readonly string[] Inserts = [.. Enumerable.Range(0, RowsAtOnceMax + 1).Select(Insert)];

    public async Task AppendAsync(IReadOnlyCollection<UsageRow> rows, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        Dictionary<string, long> used = [];
        foreach (UsageRow[] some in rows.Chunk(RowsAtOnceMax))
        {
            await InsertAsync(some, used, transaction, cancellationToken);
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

    /// <param name="rows">At most <see cref="RowsAtOnceMax"/>.</param>
    /// <param name="used">Gets the tokens of those that were not there yet, by group.</param>
    private static async Task InsertAsync(
        UsageRow[] rows, Dictionary<string, long> used, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using DbCommand command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Inserts[rows.Length];
        foreach (UsageRow row in rows)
        {
            ReadOnlySpan<object?> values =
            [
                row.Id, row.AtMs, row.GroupId, row.KeyId, row.KeyName, row.Operation, row.Model, row.InputTokens,
                row.CachedTokens, row.OutputTokens, row.FirstTokenMs, row.DurationMs, row.Status,
            ];
            foreach (object? value in values)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = ParameterName(command.Parameters.Count);
                parameter.DbType = value is string ? DbType.String : DbType.Int64;
                parameter.Value = value ?? DBNull.Value;
                command.Parameters.Add(parameter);
            }
        }

        await using DbDataReader added = await command.ExecuteReaderAsync(cancellationToken);
        while (await added.ReadAsync(cancellationToken))
        {
            string groupId = added.GetString(0);
            used[groupId] = used.GetValueOrDefault(groupId) + added.GetInt64(1);
        }
    }

    private static string Insert(int rows)
    {
        IEnumerable<string> values = Enumerable.Range(0, rows * Columns.Length).Select(ParameterName)
            .Chunk(Columns.Length).Select(names => $"({string.Join(", ", names)})");
        return $"""
            INSERT INTO usage_calls ({string.Join(", ", Columns)})
            VALUES {string.Join(", ", values)}
            ON CONFLICT (id) DO NOTHING
            RETURNING group_id, input_tokens + output_tokens
            """;
    }

    private static string ParameterName(int number) => string.Create(CultureInfo.InvariantCulture, $"@p{number}");
}

using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;

namespace Cremona.Server.Storage;

/// <inheritdoc cref="ICallCountStore"/>
public sealed class CallCountStore(Database database) : ICallCountStore
{
    private const int LapseMs = 15_000;
    private const int WindowSeconds = 60;
    private const int RowsAtOnceMax = 10_000;

    private readonly string _clockMs = database.Dialect.ClockMs;

    /// <summary>A clock that was set back must not make anything last: what is too far ahead has lapsed too.</summary>
    private string LivingSql => $"seen_at_ms > {_clockMs} - {LapseMs} AND seen_at_ms < {_clockMs} + {LapseMs}";

    private string ClockSql => $"(SELECT {_clockMs} / 1000 AS now) AS clock";

    public async Task<IReadOnlyList<ServingProcess>> BeatAsync(
        string processId, bool shares, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            INSERT INTO serving_processes (id, seen_at_ms, shares) VALUES (@processId, {_clockMs}, @shares)
            ON CONFLICT (id) DO UPDATE SET seen_at_ms = excluded.seen_at_ms, shares = excluded.shares;
            DELETE FROM serving_processes WHERE NOT ({LivingSql});
            DELETE FROM call_counts
            WHERE second <= {_clockMs} / 1000 - {WindowSeconds} OR second > {_clockMs} / 1000 + {WindowSeconds}
            """,
            new { processId, shares = shares ? 1L : 0L }, cancellationToken: cancellationToken));
        return await ListOthersAsync(connection, processId, cancellationToken);
    }

    public async Task<IReadOnlyList<ServingProcess>> ListOthersAsync(
        string processId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        return await ListOthersAsync(connection, processId, cancellationToken);
    }

    public async Task<long> HandOverAsync(
        string processId, Func<IReadOnlyCollection<CallCount>> take, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(database.Dialect.LockCounts, null);
        long now = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"SELECT now FROM {ClockSql}", transaction: transaction, cancellationToken: cancellationToken));
        await ExecuteAsync("DELETE FROM call_counts WHERE process_id = @processId", new { processId });
        foreach (CallCount[] some in take().Chunk(RowsAtOnceMax))
        {
            await ExecuteAsync(
                $"""
                INSERT INTO call_counts (group_id, operation, model, second, process_id, requests, tokens)
                SELECT value ->> 0, value ->> 1, value ->> 2, @now - CAST(value ->> 3 AS BIGINT), @processId,
                  CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT)
                FROM {database.Dialect.JsonRows}
                """,
                new { processId, now, rows = ToJson(some) });
        }

        await ExecuteAsync(
            $"""
            INSERT INTO serving_processes (id, seen_at_ms, shares) VALUES (@processId, {_clockMs}, 1)
            ON CONFLICT (id) DO UPDATE SET seen_at_ms = excluded.seen_at_ms, shares = 1
            """,
            new { processId });
        await transaction.CommitAsync(cancellationToken);
        return now;

        Task ExecuteAsync(string sql, object? values) => connection.ExecuteAsync(
            new CommandDefinition(sql, values, transaction, cancellationToken: cancellationToken));
    }

    public async Task TakeBackAsync(string processId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE serving_processes SET shares = 0 WHERE id = @processId",
            new { processId }, cancellationToken: cancellationToken));
    }

    public async Task LeaveAsync(string processId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM serving_processes WHERE id = @processId",
            new { processId }, cancellationToken: cancellationToken));
    }

    /// <summary>One round trip unless a call is refused: on PostgreSQL the statements are one transaction under the
    /// lock; on SQLite one that holds the write lock.</summary>
    public async Task<IReadOnlyList<CallDecision>> ReserveAsync(
        string processId, IReadOnlyList<CallSettlement> ended, IReadOnlyList<CallReservation> asked,
        CancellationToken cancellationToken)
    {
        var values = new DynamicParameters(new { processId });
        IEnumerable<string> statements =
        [
            database.Dialect.LockCounts,
            .. ended.Select((settlement, number) => Settle(settlement, $"e{number}", values)),
            .. asked.Select((reservation, number) => Reserve(reservation, $"a{number}", values)),
        ];
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await using DbTransaction? transaction = database.Dialect.SendsTransactions
            ? null
            : await connection.BeginTransactionAsync(cancellationToken);
        List<long?> seconds = [];
        await using (DbDataReader reader = await connection.ExecuteReaderAsync(new CommandDefinition(
            string.Join(";\n", statements), values, transaction, cancellationToken: cancellationToken)))
        {
            while (await reader.NextResultAsync(cancellationToken))
            {
                seconds.Add(await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : null);
            }
        }

        if (transaction is not null) await transaction.CommitAsync(cancellationToken);
        Dictionary<CallKey, IReadOnlyList<CallCount>> full = [];
        foreach ((_, CallReservation refused) in seconds.Zip(asked).Where(pair => pair.First is null))
        {
            if (!full.ContainsKey(refused.Key))
            {
                full[refused.Key] = await ListAsync(connection, refused.Key, cancellationToken);
            }
        }

        return [.. seconds.Zip(asked, (second, one) => new CallDecision(second, second is null ? full[one.Key] : []))];
    }

    public async Task<IReadOnlyList<CallCount>> ListAsync(string groupId, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        return await ListAsync(connection, new { groupId }, "group_id = @groupId", cancellationToken);
    }

    private ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        database.Counters.OpenConnectionAsync(cancellationToken);

    private async Task<IReadOnlyList<ServingProcess>> ListOthersAsync(
        DbConnection connection, string processId, CancellationToken cancellationToken) =>
        [
            .. from row in await connection.QueryAsync<(string Id, long Shares)>(new CommandDefinition(
                   $"SELECT id, shares FROM serving_processes WHERE id <> @processId AND {LivingSql}",
                   new { processId }, cancellationToken: cancellationToken))
               select new ServingProcess(row.Id, row.Shares != 0),
        ];

    private static string ToJson(CallCount[] counts) => new JsonArray(
        [
            .. counts.Select(count => new JsonArray(
                count.Key.GroupId, count.Key.Operation, count.Key.Model, count.Age, count.Requests, count.Tokens)),
        ]).ToJsonString();

    private string Settle(CallSettlement ended, string name, DynamicParameters values)
    {
        AddKey(ended.Key, name, values);
        values.Add($"{name}_second", ended.Second);
        values.Add($"{name}_tokens", ended.Tokens);
        return $"""
            INSERT INTO call_counts (group_id, operation, model, second, process_id, requests, tokens)
            SELECT @{name}_group, @{name}_operation, @{name}_model, @{name}_second, @processId, 0, @{name}_tokens
            FROM {ClockSql} WHERE @{name}_second > clock.now - {WindowSeconds}
            ON CONFLICT (group_id, operation, model, second, process_id) DO UPDATE
            SET tokens = call_counts.tokens + excluded.tokens
            """;
    }

    private string Reserve(CallReservation asked, string name, DynamicParameters values)
    {
        AddKey(asked.Key, name, values);
        values.Add($"{name}_tokens", asked.Tokens);
        values.Add($"{name}_requests_max", asked.RequestsMax);
        values.Add($"{name}_tokens_max", asked.TokensMax);
        return $"""
            INSERT INTO call_counts (group_id, operation, model, second, process_id, requests, tokens)
            SELECT @{name}_group, @{name}_operation, @{name}_model, used.now, @processId, 1, @{name}_tokens
            FROM (
              SELECT clock.now AS now, COALESCE(SUM(c.requests), 0) AS requests, COALESCE(SUM(c.tokens), 0) AS tokens
              FROM {ClockSql} LEFT JOIN call_counts c
                ON c.group_id = @{name}_group AND c.operation = @{name}_operation AND c.model = @{name}_model
                AND c.second > clock.now - {WindowSeconds} AND c.second <= clock.now + {WindowSeconds}
              GROUP BY clock.now) AS used
            WHERE used.requests < @{name}_requests_max AND used.tokens <= @{name}_tokens_max - @{name}_tokens
            ON CONFLICT (group_id, operation, model, second, process_id) DO UPDATE
            SET requests = call_counts.requests + 1, tokens = call_counts.tokens + excluded.tokens
            RETURNING second
            """;
    }

    private static void AddKey(CallKey key, string name, DynamicParameters values)
    {
        values.Add($"{name}_group", key.GroupId);
        values.Add($"{name}_operation", key.Operation);
        values.Add($"{name}_model", key.Model);
    }

    private Task<IReadOnlyList<CallCount>> ListAsync(
        DbConnection connection, CallKey key, CancellationToken cancellationToken) => ListAsync(
        connection, new { key.GroupId, key.Operation, key.Model },
        "group_id = @GroupId AND operation = @Operation AND model = @Model", cancellationToken);

    private async Task<IReadOnlyList<CallCount>> ListAsync(
        DbConnection connection, object values, string condition, CancellationToken cancellationToken) =>
        [
            .. from row in await connection.QueryAsync<(string, string, string, long Age, long Requests, long Tokens)>(
                   new CommandDefinition(
                       $"""
                       SELECT group_id, operation, model, clock.now - second, CAST(SUM(requests) AS BIGINT),
                         CAST(SUM(tokens) AS BIGINT)
                       FROM call_counts, {ClockSql}
                       WHERE {condition}
                         AND second > clock.now - {WindowSeconds} AND second <= clock.now + {WindowSeconds}
                       GROUP BY group_id, operation, model, second, clock.now
                       """,
                       values, cancellationToken: cancellationToken))
               select new CallCount(
                   new CallKey(row.Item1, row.Item2, row.Item3), Math.Max(0, row.Age), row.Requests, row.Tokens),
        ];
}

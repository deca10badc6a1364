using System.Data.Common;
using Dapper;
using Npgsql;

namespace Cremona.Server.Storage;

/// <summary>PostgreSQL: row locks, skipped by other claimers.</summary>
public sealed class PostgresDialect : SqlDialect
{
    /// <summary>Any fixed number; it spells "cremona" on a telephone keypad.</summary>
    private const long MigrationLock = 2736662;

    private const long CountsLock = MigrationLock + 1;

    public override string Name => "postgres";

    public override string SkipLocked => "FOR UPDATE SKIP LOCKED";

    public override string ClockMs => "(extract(epoch FROM statement_timestamp()) * 1000)::bigint";

    /// <summary>A process that stands still between two statements must not stop all others: the database ends its
    /// transaction.</summary>
    public override string LockCounts =>
        $"SELECT set_config('idle_in_transaction_session_timeout', '2s', true), pg_advisory_xact_lock({CountsLock})";

    public override bool SendsTransactions => true;

    public override string JsonRows => "json_array_elements(CAST(@rows AS json)) AS rows(value)";

    public override bool IsForeignKeyFault(DbException fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    public override Task LockMigrationsAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, transaction,
            cancellationToken: cancellationToken));

    public override Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}

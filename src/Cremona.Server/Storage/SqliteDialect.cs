using System.Data.Common;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>SQLite: one writer at a time, so a claim needs no row locks.</summary>
public sealed class SqliteDialect : SqlDialect
{
    private const int ConstraintForeignKey = 787;

    public override string Name => "sqlite";

    public override string SkipLocked => "";

    public override string ClockMs => "CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)";

    /// <summary>Whoever writes is alone anyway.</summary>
    public override string LockCounts => "SELECT 1";

    public override bool SendsTransactions => false;

    public override string JsonRows => "json_each(@rows)";

    public override bool IsForeignKeyFault(DbException fault) =>
        fault is Microsoft.Data.Sqlite.SqliteException { SqliteExtendedErrorCode: ConstraintForeignKey };

    /// <summary>Transactions of Microsoft.Data.Sqlite begin IMMEDIATE: the write lock is the migration lock.</summary>
    public override Task LockMigrationsAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>The write-ahead log is a property of the file; two processes may both try to switch it on.</summary>
    public override async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "PRAGMA journal_mode = WAL", cancellationToken: cancellationToken));
}

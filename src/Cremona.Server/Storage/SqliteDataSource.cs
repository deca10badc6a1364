using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace Cremona.Server.Storage;

/// <summary>Opens pooled connections to one SQLite file. Every commit reaches the disk: <c>synchronous = FULL</c> in
/// the write-ahead log, because a job's row may be the only trace of paid work; unless it is said that the last ones
/// may be lost when the power fails.</summary>
public sealed class SqliteDataSource : DbDataSource
{
    private readonly string _pragmas;
    private readonly ConditionalWeakTable<object, object> _prepared = [];

    /// <param name="path">Of the file.</param>
    /// <param name="busyTimeout">How long a statement waits for another writer.</param>
    /// <param name="keepsLastCommits">False: commits do not wait for the disk; the file must be there.</param>
    public SqliteDataSource(string path, TimeSpan busyTimeout, bool keepsLastCommits = true)
    {
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = keepsLastCommits ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite, // Parts the pools.
            Pooling = true,
            DefaultTimeout = (int)busyTimeout.TotalSeconds,
        }.ToString();
        _pragmas = $"PRAGMA busy_timeout = {(int)busyTimeout.TotalMilliseconds}; PRAGMA foreign_keys = ON; "
            + $"PRAGMA synchronous = {(keepsLastCommits ? "FULL" : "NORMAL")};";
    }

    public override string ConnectionString { get; }

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        var connection = (SqliteConnection)CreateDbConnection();
        try
        {
            connection.Open();
            if (!_prepared.TryAdd(connection.Handle!, _prepared))
            {
                return connection; // From the pool, which keeps what was set.
            }

            using DbCommand command = connection.CreateCommand();
            command.CommandText = _pragmas;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLite is a library: there is nothing to wait for asynchronously.</summary>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(OpenDbConnection());
    }

    /// <summary>Pooled connections keep the file open; a stopped server must not.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        base.Dispose(disposing);
    }

    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(true);
        return base.DisposeAsyncCore();
    }
}

using System.Data.Common;

namespace Cremona.Server.Storage;

/// <summary>The one database: a data source and the dialect that differs between SQLite and PostgreSQL.</summary>
public sealed record Database(DbDataSource Source, SqlDialect Dialect) : IAsyncDisposable, IDisposable
{
    /// <summary>The same database for what need not outlive a failure of the power, so that no write waits for the
    /// disk.</summary>
    public DbDataSource Counters { get; init; } = Source;

    public ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        Source.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Counters.DisposeAsync();
        await Source.DisposeAsync();
    }

    public void Dispose()
    {
        Counters.Dispose();
        Source.Dispose();
    }
}

using System.Data.Common;

namespace Cremona.Server.Storage;

/// <summary>The one database: a data source and the dialect that differs between SQLite and PostgreSQL.</summary>
public sealed record Database(DbDataSource Source, SqlDialect Dialect) : IAsyncDisposable, IDisposable
{
    public ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        Source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    public void Dispose() => Source.Dispose();
}

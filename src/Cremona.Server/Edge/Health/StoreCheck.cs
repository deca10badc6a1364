using System.Data.Common;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Edge.Health;

/// <summary>The database answers.</summary>
public sealed class StoreCheck(Database database) : IReadinessCheck
{
    public string Name => "store";

    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using DbConnection connection = await database.OpenAsync(cancellationToken);
            await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                "SELECT COUNT(*) FROM schema_migrations", cancellationToken: cancellationToken));
            return null;
        }
        catch (Exception fault) when (fault is DbException or IOException)
        {
            return "the database does not answer";
        }
    }
}

using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>Brings the schema up to date from the embedded <c>NNNN_name.sql</c> of the dialect, in one transaction that
/// other starting processes wait for.</summary>
public sealed class Migrator(Database database, TimeProvider clock, ILogger<Migrator> log)
{
    private static readonly Assembly Resources = typeof(Migrator).Assembly;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await database.Dialect.PrepareAsync(connection, cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await database.Dialect.LockMigrationsAsync(transaction, cancellationToken);
        await ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS schema_migrations (
              version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)
            """);
        var applied = (await connection.QueryAsync<long>(new CommandDefinition(
            "SELECT version FROM schema_migrations", transaction: transaction, cancellationToken: cancellationToken)))
            .ToHashSet();

        foreach ((long version, string name, string resource) in List())
        {
            if (applied.Contains(version))
            {
                continue;
            }

            await ExecuteAsync(await ReadAsync(resource, cancellationToken));
            await ExecuteAsync(
                "INSERT INTO schema_migrations (version, name, applied_at_ms) VALUES (@version, @name, @now)",
                new { version, name, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
            log.LogInformation("Applied migration {Name} on {Dialect}", name, database.Dialect.Name);
        }

        await transaction.CommitAsync(cancellationToken);

        Task ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));
    }

    private IEnumerable<(long Version, string Name, string Resource)> List()
    {
        string prefix = $"migrations/{database.Dialect.Name}/";
        return Resources.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Select(resource => (Name: resource[prefix.Length..^".sql".Length], resource))
            .Select(found => (long.Parse(found.Name[..4], CultureInfo.InvariantCulture), found.Name, found.resource))
            .OrderBy(migration => migration.Item1);
    }

    private static async Task<string> ReadAsync(string resource, CancellationToken cancellationToken)
    {
        await using Stream stream = Resources.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}

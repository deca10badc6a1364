using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace Cremona.Server.Tests.Storage;

/// <summary>An empty schema of the PostgreSQL cluster that <c>CREMONA_TEST_POSTGRES</c> names, dropped at the end of
/// the test; the test is skipped where that is not set.</summary>
public sealed class PostgresSchema : IAsyncDisposable
{
    private readonly string _name;

    private PostgresSchema(string name) => _name = name;

    /// <summary>Sees this schema alone.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(Cluster) { SearchPath = _name, MaxPoolSize = 10 }.ToString();

    private static string? Cluster => Environment.GetEnvironmentVariable("CREMONA_TEST_POSTGRES");

    public static async Task<PostgresSchema> CreateAsync()
    {
        if (Cluster is null)
        {
            Assert.Skip("CREMONA_TEST_POSTGRES names no PostgreSQL cluster; .ci/run starts one.");
        }

        string name = $"test_{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        await ExecuteAsync($"CREATE SCHEMA {name}");
        return new PostgresSchema(name);
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP SCHEMA {_name} CASCADE");

    private static async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Cluster);
        await connection.ExecuteAsync(sql);
    }
}

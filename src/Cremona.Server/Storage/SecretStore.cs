using System.Data.Common;
using System.Security.Cryptography;
using Dapper;

namespace Cremona.Server.Storage;

/// <summary>Secrets of the server itself, 256 random bits each, made on first use and shared by all processes of one
/// store.</summary>
public sealed class SecretStore(Database database)
{
    private const int SecretBytes = 32;

    public async Task<byte[]> GetAsync(string name, CancellationToken cancellationToken)
    {
        string proposal = RandomNumberGenerator.GetHexString(2 * SecretBytes);
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO server_secrets (name, value) VALUES (@name, @proposal) ON CONFLICT (name) DO NOTHING",
            new { name, proposal }, cancellationToken: cancellationToken));
        string value = await connection.QuerySingleAsync<string>(new CommandDefinition(
            "SELECT value FROM server_secrets WHERE name = @name",
            new { name }, cancellationToken: cancellationToken));
        return Convert.FromHexString(value);
    }
}

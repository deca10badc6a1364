using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Cremona.Server.Storage;
using Dapper;

namespace Cremona.Server.Edge.Keys;

/// <summary>Rows of keys. Only the SHA-256 of a key is stored: keys are 192 random bits, so a plain digest cannot be
/// guessed back. A valid key is read at most once a second, so one that another process revokes opens the door for a
/// second more; one that is not valid is looked for each time, so a new key works at once.</summary>
public sealed class KeyStore(Database database, TimeProvider clock)
{
    private const int KnownMax = 10_000;

    private const string Columns = """
        id AS Id, group_id AS GroupId, name AS Name, created_at_ms AS CreatedAtMs, revoked_at_ms AS RevokedAtMs
        """;

    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(1);

    /// <summary>Valid keys by their digest, and when they were asked for.</summary>
    private readonly ConcurrentDictionary<string, (AccessKey Key, long AskedAt)> _known = new();

    /// <summary>Makes a key. The returned text is the only copy.</summary>
    /// <param name="groupId">1 to 19 digits, the form of every GroupId.</param>
    /// <param name="name">For people and logs.</param>
    /// <exception cref="ArgumentException">The group is no number.</exception>
    public async Task<string> CreateAsync(string groupId, string name, CancellationToken cancellationToken)
    {
        if (!GroupParameter.IsGroup(groupId))
        {
            throw new ArgumentException($"'{groupId}' is not a group: a group is 1 to 19 digits.", nameof(groupId));
        }

        string key = Ids.NewKey();
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO access_keys (id, sha256, group_id, name, created_at_ms, revoked_at_ms)
            VALUES (@id, @sha256, @groupId, @name, @now, 0)
            """,
            new { id = Ids.NewKeyId(), sha256 = Digest(key), groupId, name, now = Now() },
            cancellationToken: cancellationToken));
        return key;
    }

    /// <summary>The valid key with this text, or null.</summary>
    public async Task<AccessKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        string digest = Digest(key);
        if (_known.TryGetValue(digest, out var known) && clock.GetElapsedTime(known.AskedAt) < KnownFor)
        {
            return known.Key;
        }

        long askedAt = clock.GetTimestamp();
        AccessKey? found = await ReadAsync(digest, cancellationToken);
        if (found is null)
        {
            _known.TryRemove(digest, out _);
            return null;
        }

        if (_known.Count >= KnownMax) _known.Clear();
        _known[digest] = (found, askedAt);
        return found;
    }

    /// <summary>All keys, revoked ones too, oldest first.</summary>
    public async Task<IReadOnlyList<AccessKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<AccessKey>(new CommandDefinition(
            $"SELECT {Columns} FROM access_keys ORDER BY created_at_ms, id",
            cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>False when there is no valid key with this id.</summary>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        int revoked = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE access_keys SET revoked_at_ms = @now WHERE id = @id AND revoked_at_ms = 0",
            new { id, now = Now() }, cancellationToken: cancellationToken));
        _known.Clear();
        return revoked == 1;
    }

    /// <summary>Whether a key was ever made. A revoked key counts: revoking the last one must not open the
    /// door.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COUNT(*) FROM (SELECT 1 FROM access_keys LIMIT 1) AS found",
            cancellationToken: cancellationToken)) > 0;
    }

    private async Task<AccessKey?> ReadAsync(string digest, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AccessKey>(new CommandDefinition(
            $"SELECT {Columns} FROM access_keys WHERE sha256 = @digest AND revoked_at_ms = 0",
            new { digest }, cancellationToken: cancellationToken));
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Digest(string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

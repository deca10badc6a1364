using System.Globalization;
using System.Security.Cryptography;

namespace Cremona.Server.Edge;

/// <summary>Makes every id of the wire: the only place of randomness for ids.</summary>
public static class Ids
{
    private const long FileIdMin = 10_000_000_000_000;
    private const int FileIdRange = 900_000_000;
    private const int FileIdStride = 1_000_000;

    /// <summary>32 lower-case hex digits.</summary>
    public static string NewTraceId() => NewHex(16);

    /// <summary>14 or 15 digits, below 2^53, so that every client's number type holds it.</summary>
    public static long NewFileId() =>
        FileIdMin + ((long)RandomNumberGenerator.GetInt32(FileIdRange) * FileIdStride)
        + RandomNumberGenerator.GetInt32(FileIdStride);

    /// <summary>16 digits: the millisecond epoch and three digits more.</summary>
    public static string NewJobId(TimeProvider clock) => string.Create(
        CultureInfo.InvariantCulture,
        $"{clock.GetUtcNow().ToUnixTimeMilliseconds()}{RandomNumberGenerator.GetInt32(1000):d3}");

    /// <summary>An id of the Assistants form: the prefix and 32 lower-case hex digits.</summary>
    public static string New(string prefix) => prefix + NewHex(16);

    /// <summary>An opaque key: <c>sk-</c> and 48 characters from 32 random bytes' worth of hex, 192 bits.</summary>
    public static string NewKey() => "sk-" + NewHex(24);

    /// <summary>The id by which a key is listed and revoked.</summary>
    public static string NewKeyId() => "key_" + NewHex(8);

    private static string NewHex(int bytes) => RandomNumberGenerator.GetHexString(bytes * 2, lowercase: true);
}

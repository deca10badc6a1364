using System.Globalization;
using System.Security.Cryptography;

namespace Cremona.Server.Edge;

/// <summary>Makes every id of the wire: the only place of randomness for ids.</summary>
public static class Ids
{
    private const int FileIdsPerMillisecond = 100;

    private static long _lastFileId;

    /// <summary>32 lower-case hex digits.</summary>
    public static string NewTraceId() => NewHex(16);

    /// <summary>15 digits, below 2^53, so that every client's number type holds it: the millisecond epoch and two
    /// digits more. Ascending within a process; between processes the files table refuses the one twin in a
    /// hundred.</summary>
    public static long NewFileId(TimeProvider clock)
    {
        long proposal = (clock.GetUtcNow().ToUnixTimeMilliseconds() * FileIdsPerMillisecond)
            + RandomNumberGenerator.GetInt32(FileIdsPerMillisecond);
        long last, id;
        do
        {
            last = Interlocked.Read(ref _lastFileId);
            id = Math.Max(proposal, last + 1);
        }
        while (Interlocked.CompareExchange(ref _lastFileId, id, last) != last);
        return id;
    }

    /// <summary>16 digits: the millisecond epoch and three digits more.</summary>
    public static string NewJobId(TimeProvider clock) => string.Create(
        CultureInfo.InvariantCulture,
        $"{clock.GetUtcNow().ToUnixTimeMilliseconds()}{RandomNumberGenerator.GetInt32(1000):d3}");

    /// <summary>An id of a call of a function: <c>call_function_</c> and 10 digits, as the platform writes
    /// them.</summary>
    public static string NewCallId() => string.Create(
        CultureInfo.InvariantCulture,
        $"call_function_{RandomNumberGenerator.GetInt32(100_000):d5}{RandomNumberGenerator.GetInt32(100_000):d5}");

    /// <summary>An id of the Assistants form: the prefix and 32 lower-case hex digits.</summary>
    public static string New(string prefix) => prefix + NewHex(16);

    /// <summary>An opaque key: <c>sk-</c> and 48 characters hex digits, 192 random bits.</summary>
    public static string NewKey() => "sk-" + NewHex(24);

    /// <summary>The id by which a key is listed and revoked.</summary>
    public static string NewKeyId() => "key_" + NewHex(8);

    private static string NewHex(int bytes) => RandomNumberGenerator.GetHexString(bytes * 2, lowercase: true);
}

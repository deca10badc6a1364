namespace Cremona.Server.Storage;

/// <summary>The calls of one day, model and key.</summary>
public sealed record UsageSum
{
    /// <summary>Days since 1970-01-01, UTC.</summary>
    public long Day { get; init; }

    public string Model { get; init; } = "";

    public string KeyId { get; init; } = "";

    public string KeyName { get; init; } = "";

    public long Calls { get; init; }

    /// <summary>Those whose status is not 0.</summary>
    public long FailedCalls { get; init; }

    public long InputTokens { get; init; }

    public long CachedTokens { get; init; }

    public long OutputTokens { get; init; }
}

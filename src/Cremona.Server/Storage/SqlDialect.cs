namespace Cremona.Server.Storage;

/// <summary>Everything that differs between the two databases. Statements are otherwise the same on both:
/// text keys, bigint times, RETURNING, ON CONFLICT.</summary>
public abstract class SqlDialect
{
    /// <summary><c>sqlite</c> or <c>postgres</c>; also the folder of its migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Appended to the inner SELECT of a claim, so that two workers never take the same row.</summary>
    public abstract string SkipLocked { get; }
}

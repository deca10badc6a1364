using System.Data.Common;

namespace Cremona.Server.Storage;

/// <summary>Everything that differs between the two databases. Statements are otherwise the same on both:
/// text keys, bigint times, RETURNING, ON CONFLICT.</summary>
public abstract class SqlDialect
{
    /// <summary><c>sqlite</c> or <c>postgres</c>; also the folder of its migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Appended to the inner SELECT of a claim, so that two workers never take the same row.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>An expression: the store's clock, Unix time in milliseconds.</summary>
    public abstract string ClockMs { get; }

    /// <summary>A statement with one result, after which no other process changes counts of calls until the
    /// transaction ends.</summary>
    public abstract string LockCounts { get; }

    /// <summary>Whether statements that are sent together are one transaction.</summary>
    public abstract bool SendsTransactions { get; }

    /// <summary>What to select from: the elements of the JSON array @rows, as <c>value</c>.</summary>
    public abstract string JsonRows { get; }

    /// <summary>Whether a statement failed because a row is referred to, or refers to nothing.</summary>
    public abstract bool IsForeignKeyFault(DbException fault);

    /// <summary>Makes other migrating processes wait until the transaction ends.</summary>
    public abstract Task LockMigrationsAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>What must be set once per database before anything else.</summary>
    public abstract Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken);
}

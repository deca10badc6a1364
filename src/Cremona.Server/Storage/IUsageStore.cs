namespace Cremona.Server.Storage;

/// <summary>The ledger of calls, and the balances that they are taken from.</summary>
public interface IUsageStore
{
    /// <summary>Adds rows and takes their tokens from the balances of their groups, all or nothing. A row that is there
    /// already changes nothing.</summary>
    Task AppendAsync(IReadOnlyCollection<UsageRow> rows, CancellationToken cancellationToken);

    /// <summary>Removes the rows of calls before a time, some at a time; the balances stay.</summary>
    /// <param name="atMs">Unix time in milliseconds.</param>
    /// <returns>How many.</returns>
    Task<long> DeleteBeforeAsync(long atMs, CancellationToken cancellationToken);

    /// <summary>Sums by day, model and key, in this order.</summary>
    /// <param name="groupId">Null sums over all groups.</param>
    /// <param name="fromDay">The first day, as days since 1970-01-01, UTC.</param>
    /// <param name="toDay">The last day, included.</param>
    Task<IReadOnlyList<UsageSum>> SumAsync(
        string? groupId, long fromDay, long toDay, CancellationToken cancellationToken);

    /// <summary>The tokens that a group may still use, or null when it has no balance to keep to.</summary>
    Task<long?> FindBalanceAsync(string groupId, CancellationToken cancellationToken);

    /// <param name="groupId">Whose balance it is.</param>
    /// <param name="tokensLeft">Null: the group has no balance to keep to any more.</param>
    Task SetBalanceAsync(string groupId, long? tokensLeft, CancellationToken cancellationToken);

    /// <summary>All balances, by group.</summary>
    Task<IReadOnlyList<GroupBalance>> ListBalancesAsync(CancellationToken cancellationToken);
}

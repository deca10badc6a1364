using System.Collections.Concurrent;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>Whether groups have tokens left, asked of the store at most once a second for each that has. What ends in
/// this process counts at once; nobody is refused before the store was asked anew.</summary>
public sealed class BalanceBook(IUsageStore usage, UsageLedger ledger, TimeProvider clock)
{
    private const int PagesMax = 10_000;

    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Page> _pages = new();

    /// <summary>False when the group has a balance and it is used up.</summary>
    public ValueTask<bool> HasTokensAsync(string groupId, CancellationToken cancellationToken)
    {
        Page? page = _pages.GetValueOrDefault(groupId);
        return page is { HasTokens: true } && clock.GetElapsedTime(page.AskedAt) < KnownFor
            ? ValueTask.FromResult(true)
            : AskAsync(groupId, page, cancellationToken);
    }

    /// <param name="tokens">Input and output of a call that has ended.</param>
    public void Spend(string groupId, long tokens) => _pages.GetValueOrDefault(groupId)?.Spend(tokens);

    private async ValueTask<bool> AskAsync(string groupId, Page? last, CancellationToken cancellationToken)
    {
        if (last is { HasTokens: false, Spent: > 0 })
        {
            await ledger.FlushAsync(cancellationToken); // What was spent here is in the store then.
        }

        long askedAt = clock.GetTimestamp();
        long? tokensLeft = await usage.FindBalanceAsync(groupId, cancellationToken);
        if (_pages.Count >= PagesMax) _pages.Clear();

        // What was spent since the last look may not be written yet: better to ask once more than to miss it.
        _pages[groupId] = new Page(tokensLeft, last?.Spent ?? 0, askedAt);
        return tokensLeft is null or > 0;
    }

    /// <param name="tokensLeft">As the store had it; null: the group has no balance to keep to.</param>
    /// <param name="unwritten">Of this, what may not have been taken off.</param>
    private sealed class Page(long? tokensLeft, long unwritten, long askedAt)
    {
        private long _spent;

        public long AskedAt => askedAt;

        public long Spent => Interlocked.Read(ref _spent);

        public bool HasTokens => tokensLeft is not { } left || left - unwritten - Spent > 0;

        public void Spend(long tokens) => Interlocked.Add(ref _spent, tokens);
    }
}

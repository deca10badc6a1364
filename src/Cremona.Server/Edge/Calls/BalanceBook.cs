using System.Collections.Concurrent;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>Whether groups have tokens left, asked of the store at most once a second for each that has. What ends in
/// this process counts at once; nobody is refused before the store was asked anew, or has not taken what was spent for
/// <see cref="FlushMax"/>.</summary>
public sealed class BalanceBook(IUsageStore usage, UsageLedger ledger, TimeProvider clock)
{
    private const int PagesMax = 10_000;

    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Page> _pages = new();
    private readonly Lock _gate = new();
    private Task _flush = Task.CompletedTask;
    private Task? _nextFlush;

    /// <summary>False when the group has a balance and it is used up.</summary>
    public ValueTask<bool> HasTokensAsync(string groupId, CancellationToken cancellationToken)
    {
        Page? page = _pages.GetValueOrDefault(groupId);
        return page is { HasTokens: true } && clock.GetElapsedTime(page.AskedAt) < KnownFor
            ? ValueTask.FromResult(true)
            : AskAsync(groupId, page, cancellationToken);
    }

    /// <param name="tokens">Input and output of a call that has ended and that the ledger has taken.</param>
    public void Spend(string groupId, long tokens) => _pages.GetValueOrDefault(groupId)?.Spend(tokens);

    private async ValueTask<bool> AskAsync(string groupId, Page? last, CancellationToken cancellationToken)
    {
        if (last is null or { HasTokens: true })
        {
            last = await TurnAsync(groupId, last, 0, cancellationToken);
            if (last.HasTokens) return true;
        }

        long spent = last.Spent + last.Unwritten;
        if (spent > 0)
        {
            try
            {
                await FlushAsync().WaitAsync(FlushMax, clock, cancellationToken); // Then the store has what was spent.
            }
            catch (TimeoutException)
            {
                return false; // The store does not take what was spent: as far as we know, nothing is left.
            }
        }

        return (await TurnAsync(groupId, last, spent, cancellationToken)).TokensLeft is null or > 0;
    }

    /// <summary>Asks the store and begins a page.</summary>
    /// <param name="written">Of what was spent here, what the store has taken off for sure.</param>
    private async Task<Page> TurnAsync(string groupId, Page? last, long written, CancellationToken cancellationToken)
    {
        long askedAt = clock.GetTimestamp();
        long? tokensLeft = await usage.FindBalanceAsync(groupId, cancellationToken);
        if (_pages.Count >= PagesMax) _pages.Clear();

        // What was spent may not be written yet: better to write and ask once more than to miss it.
        long spent = last is null ? 0 : last.Spent + last.Unwritten;
        return _pages[groupId] = new Page(tokensLeft, spent - written, askedAt);
    }

    /// <summary>Writes what was added before. Whoever comes while the ledger writes waits for the next time, together
    /// with all others: the ledger keeps at most two that wait.</summary>
    private Task FlushAsync()
    {
        lock (_gate)
        {
            return _flush.IsCompleted ? _flush = ledger.FlushAsync(default) : _nextFlush ??= FlushAfterAsync(_flush);
        }
    }

    private async Task FlushAfterAsync(Task last)
    {
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task flush;
        lock (_gate)
        {
            _nextFlush = null;
            flush = _flush = ledger.FlushAsync(default);
        }

        await flush;
    }

    /// <param name="tokensLeft">As the store had it; null: the group has no balance to keep to.</param>
    /// <param name="unwritten">Of this, what may not have been taken off.</param>
    private sealed class Page(long? tokensLeft, long unwritten, long askedAt)
    {
        private long _spent;

        public long? TokensLeft => tokensLeft;

        public long Unwritten => unwritten;

        public long AskedAt => askedAt;

        public long Spent => Interlocked.Read(ref _spent);

        public bool HasTokens => tokensLeft is not { } left || left - unwritten - Spent > 0;

        public void Spend(long tokens) => Interlocked.Add(ref _spent, tokens);
    }
}

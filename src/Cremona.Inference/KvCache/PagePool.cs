namespace Cremona.Inference.KvCache;

/// <summary>A bounded stock of cache pages. Room is reserved for a whole sequence before it starts, so that a sequence
/// that runs never waits for memory; pages that others hold already need no room. Full pages stay findable after their
/// sequence has ended, until the room is needed: then those go first that were unused for longest.
/// Thread-safe.</summary>
public sealed class PagePool
{
    // Pages without contents that an idle pool keeps for the next sequence.
    private const int IdlePagesMax = 8;

    private const int IndexedPagesMin = 4096;

    private readonly Lock _gate = new();
    private readonly Stack<CachePage> _free = [];
    private readonly PrefixIndex _index;
    private int _heldCount; // by at least one sequence
    private int _promisedCount; // reserved, not yet taken

    /// <param name="layout">Shape of a page.</param>
    /// <param name="pageCountMax">Upper bound of pages; memory is taken on first use.</param>
    public PagePool(PageLayout layout, int pageCountMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCountMax, 1);
        Layout = layout;
        PageCountMax = pageCountMax;
        _index = new PrefixIndex(Math.Min(pageCountMax, IndexedPagesMin));
    }

    public PageLayout Layout { get; }

    public int PageCountMax { get; }

    /// <summary>Pages that no sequence holds or has reserved.</summary>
    public int AvailableCount
    {
        get
        {
            lock (_gate) return PageCountMax - _heldCount - _promisedCount;
        }
    }

    /// <summary>Pages that at least one sequence holds.</summary>
    public int HeldCount
    {
        get
        {
            lock (_gate) return _heldCount;
        }
    }

    /// <summary>Pages in memory: held, findable or empty.</summary>
    public int AllocatedCount
    {
        get
        {
            lock (_gate) return _heldCount + _index.UnheldCount + _free.Count;
        }
    }

    /// <summary>A cache with room for this many positions, or null while other sequences hold the room. It begins with
    /// the pages of the prompt that are known.</summary>
    /// <param name="tokens">Positions, at least those of the prompt.</param>
    /// <param name="scope">Whose pages may be shared.</param>
    /// <param name="prompt">What the sequence begins with; empty shares nothing at the start.</param>
    public SequenceCache? TryReserve(int tokens, CacheScope scope = default, ReadOnlySpan<int> prompt = default)
    {
        int pageCount = PageLayout.PageCount(tokens);
        var cache = new SequenceCache(this, scope, pageCount);
        lock (_gate)
        {
            _promisedCount += pageCount;
            cache.AdoptPrefix(prompt);
            if (_heldCount + _promisedCount <= PageCountMax) return cache;
        }

        cache.Dispose();
        return null;
    }

    /// <summary>An empty page out of the room that was reserved.</summary>
    internal CachePage Take()
    {
        lock (_gate)
        {
            if (!_free.TryPop(out CachePage? page))
            {
                bool isFull = _heldCount + 1 + _index.UnheldCount > PageCountMax;
                page = isFull ? _index.TakeOldest() : new CachePage(Layout);
            }

            // Counted last, since there may be no memory for a new page.
            _promisedCount--;
            _heldCount++;
            page.HolderCount = 1;
            return page;
        }
    }

    /// <summary>The page of these tokens out of the room that was reserved, or null when it is not known.</summary>
    internal CachePage? TryShare(CacheScope scope, long parentNumber, ReadOnlySpan<int> tokens)
    {
        lock (_gate)
        {
            if (_index.Find(scope, parentNumber, tokens) is not { } page) return null;
            _promisedCount--;
            Hold(page);
            return page;
        }
    }

    /// <summary>Makes a full page known to others.</summary>
    /// <returns>The page to go on with: the same, or the one that another sequence made of the same tokens in the
    /// meantime.</returns>
    internal CachePage Publish(CachePage page, CacheScope scope, long parentNumber)
    {
        lock (_gate)
        {
            if (_index.Find(scope, parentNumber, page.Tokens) is { } known)
            {
                Hold(known);
                Release(page);
                return known;
            }

            _index.Add(page, scope, parentNumber);
            return page;
        }
    }

    /// <summary>Takes back pages that a sequence sees no more. They stay findable as long as all before them are, so
    /// those before them count as used now, although the sequence gave them back sooner.</summary>
    /// <param name="pages">The first of the sequence, those before given back already.</param>
    /// <param name="givenBack">The numbers that those had; their pages may be others' by now.</param>
    /// <param name="promisedCount">Pages reserved and not used.</param>
    internal void Return(ReadOnlySpan<CachePage> pages, ReadOnlySpan<long> givenBack, int promisedCount)
    {
        lock (_gate)
        {
            int known = 0;
            while (known < givenBack.Length && IsStill(pages[known], givenBack[known])) known++;
            bool areLost = known < givenBack.Length; // What they follow is gone, so nobody could find them.
            for (int i = pages.Length - 1; i >= givenBack.Length; i--)
            {
                if (areLost && pages[i].HolderCount == 1 && pages[i].Number != 0) _index.Forget(pages[i]);
                Release(pages[i]);
            }

            for (int i = known - 1; i >= 0; i--)
                if (pages[i].HolderCount == 0) _index.Touch(pages[i]);
            _promisedCount -= promisedCount;
            while (_heldCount == 0 && _free.Count > IdlePagesMax) _free.Pop();
        }
    }

    private static bool IsStill(CachePage page, long number) => number != 0 && page.Number == number;

    private void Hold(CachePage page)
    {
        if (page.HolderCount++ > 0) return;
        _heldCount++;
        _index.Hold(page);
    }

    private void Release(CachePage page)
    {
        if (--page.HolderCount > 0) return;
        _heldCount--;
        if (page.Number != 0) _index.Release(page);
        else _free.Push(page);
    }
}

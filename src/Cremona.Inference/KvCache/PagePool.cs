using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>A bounded stock of cache pages, handed from finished sequences to new ones. Room is reserved for a whole
/// sequence before it starts, so that a sequence that runs never waits for memory. Thread-safe.</summary>
public sealed class PagePool
{
    // What an idle engine keeps for the next sequence.
    private const int IdlePagesMax = 8;

    private readonly Lock _gate = new();
    private readonly Stack<AlignedBuffer> _free = [];
    private int _reservedCount;

    /// <param name="layout">Shape of a page.</param>
    /// <param name="pageCountMax">Upper bound of pages reserved at a time; memory is taken on first use.</param>
    public PagePool(PageLayout layout, int pageCountMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCountMax, 1);
        Layout = layout;
        PageCountMax = pageCountMax;
    }

    public PageLayout Layout { get; }

    public int PageCountMax { get; }

    /// <summary>A cache with room for this many positions, or null while other sequences hold the room.</summary>
    public SequenceCache? TryReserve(int tokens)
    {
        int pages = PageLayout.PageCount(tokens);
        lock (_gate)
        {
            if (_reservedCount + pages > PageCountMax) return null;
            _reservedCount += pages;
        }

        return new SequenceCache(this, pages);
    }

    internal AlignedBuffer Rent()
    {
        lock (_gate)
        {
            if (_free.TryPop(out AlignedBuffer? page)) return page;
        }

        return new AlignedBuffer(Layout.Length);
    }

    internal void Return(IReadOnlyList<AlignedBuffer> pages, int reservedPages)
    {
        lock (_gate)
        {
            foreach (AlignedBuffer page in pages) _free.Push(page);
            _reservedCount -= reservedPages;
            while (_reservedCount == 0 && _free.Count > IdlePagesMax) _free.Pop();
        }
    }
}

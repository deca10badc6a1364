using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Keys and values of one sequence, in pages. Not thread-safe; disposing gives the pages back.</summary>
public sealed unsafe class SequenceCache : IDisposable
{
    private readonly PagePool _pool;
    private readonly List<AlignedBuffer> _pages = [];
    private readonly int _pageCountMax;
    private bool _isDisposed;

    internal SequenceCache(PagePool pool, int pageCountMax)
    {
        _pool = pool;
        _pageCountMax = pageCountMax;
    }

    /// <summary>Positions filled by completed passes.</summary>
    public int TokenCount { get; internal set; }

    /// <summary>Positions that fit into the reserved room.</summary>
    public int TokenCountMax => _pageCountMax * PageLayout.TokenCount;

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _pool.Return(_pages, _pageCountMax);
    }

    /// <summary>Takes the pages for positions up to <paramref name="tokens"/>, exclusive.</summary>
    internal void Prepare(int tokens)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, TokenCountMax);
        while (_pages.Count * PageLayout.TokenCount < tokens) _pages.Add(_pool.Rent());
    }

    internal float* Keys(int page, int layer, int head) =>
        _pages[page].Address + _pool.Layout.KeyOffset(layer, head);

    internal float* Values(int page, int layer, int head) =>
        _pages[page].Address + _pool.Layout.ValueOffset(layer, head);

    /// <summary>Stores one position of one layer.</summary>
    /// <param name="keys">[keyValueHeads, headDimension]</param>
    /// <param name="values">[keyValueHeads, headDimension]</param>
    internal void Write(int layer, int position, ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        const int width = PackedMatrix.PanelWidth;
        int dimension = _pool.Layout.HeadDimension;
        int page = position / PageLayout.TokenCount;
        int slot = position % PageLayout.TokenCount;
        for (int head = 0; head * dimension < keys.Length; head++)
        {
            float* key = Keys(page, layer, head) + (slot / width * dimension * width) + (slot % width);
            float* value = Values(page, layer, head) + (slot * width);
            for (int i = 0; i < dimension; i++)
            {
                key[i * width] = keys[(head * dimension) + i];
                value[(i / width * PageLayout.TokenCount * width) + (i % width)] = values[(head * dimension) + i];
            }
        }
    }
}

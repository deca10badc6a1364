using System.Runtime.InteropServices;

namespace Cremona.Inference.KvCache;

/// <summary>Keys and values of one sequence, in pages. Its full pages are shared with later sequences that begin with
/// the same tokens; those behind a sliding window are given back on the way. Not thread-safe; disposing gives the pages
/// back.</summary>
public sealed unsafe class SequenceCache : IDisposable
{
    private readonly PagePool _pool;
    private readonly CacheScope _scope;
    private readonly List<CachePage> _pages;
    private readonly int _pageCountMax;
    private readonly List<long> _givenBack = []; // numbers of the first pages, those that are given back
    private long _lastNumber; // of the last full page; 0 where there is none, or others cannot find it
    private bool _isDisposed;

    internal SequenceCache(PagePool pool, CacheScope scope, int pageCountMax)
    {
        _pool = pool;
        _scope = scope;
        _pages = new List<CachePage>(pageCountMax);
        _pageCountMax = pageCountMax;
    }

    /// <summary>Positions filled by completed passes, of this sequence or of others.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The part of <see cref="TokenCount"/> that others had computed.</summary>
    public int SharedTokenCount { get; private set; }

    /// <summary>Pages taken so far, those given back among them.</summary>
    internal int PageCount => _pages.Count;

    /// <summary>Positions that fit into the reserved room.</summary>
    public int TokenCountMax => _pageCountMax * PageLayout.TokenCount;

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _pool.Return(
            CollectionsMarshal.AsSpan(_pages), CollectionsMarshal.AsSpan(_givenBack), _pageCountMax - _pages.Count);
    }

    /// <summary>Goes on with the pages of the prompt that are known by now. The last token is always left: its logits
    /// are wanted.</summary>
    /// <param name="prompt">The sequence from its first token.</param>
    public void AdoptPrefix(ReadOnlySpan<int> prompt)
    {
        const int size = PageLayout.TokenCount;
        while (TokenCount == _pages.Count * size && TokenCount + size < prompt.Length && IsChainKnown
            && _pool.TryShare(_scope, _lastNumber, prompt.Slice(TokenCount, size)) is { } page)
        {
            _pages.Add(page);
            _lastNumber = page.Number;
            TokenCount += size;
            SharedTokenCount += size;
        }
    }

    /// <summary>Takes the pages for positions up to <paramref name="tokens"/>, exclusive, and gives those back that none
    /// of the positions to come sees.</summary>
    internal void Prepare(int tokens)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, TokenCountMax);
        int firstSeen = (int)Math.Max(0, TokenCount + 1L - _pool.Layout.Window);
        GiveBack(firstSeen / PageLayout.TokenCount);
        while (_pages.Count * PageLayout.TokenCount < tokens) _pages.Add(_pool.Take());
    }

    /// <summary>Gives back the pages before one that are not given back yet.</summary>
    private void GiveBack(int firstPage)
    {
        int done = _givenBack.Count;
        if (firstPage <= done) return;
        for (int i = done; i < firstPage; i++) _givenBack.Add(_pages[i].Number); // Afterwards they are others'.
        _pool.Return(
            CollectionsMarshal.AsSpan(_pages)[..firstPage], CollectionsMarshal.AsSpan(_givenBack)[..done],
            promisedCount: 0);
    }

    /// <summary>Keys and values of these tokens are written in every layer.</summary>
    internal void Append(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            int index = TokenCount / PageLayout.TokenCount;
            _pages[index].Tokens[TokenCount % PageLayout.TokenCount] = token;
            TokenCount++;
            if (TokenCount % PageLayout.TokenCount == 0) Publish(index);
        }
    }

    private void Publish(int index)
    {
        if (index > 0 && _lastNumber == 0) return; // What it follows cannot be found, so neither can it.
        _pages[index] = _pool.Publish(_pages[index], _scope, _lastNumber);
        _lastNumber = _pages[index].Number;
    }

    private bool IsChainKnown => _pages.Count == 0 || _lastNumber != 0;

    /// <summary>Keys and values of one head and layer in a page.</summary>
    internal PageHead Head(int page, int layer, int head) =>
        new(_pool.Layout, (byte*)_pages[page].Buffer.Address + _pool.Layout.HeadOffset(layer, head));

    /// <summary>Stores one position of one layer.</summary>
    /// <param name="keys">[keyValueHeads, headDimension]</param>
    /// <param name="values">[keyValueHeads, headDimension]</param>
    internal void Write(int layer, int position, ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        int dimension = _pool.Layout.HeadDimension;
        int page = position / PageLayout.TokenCount;
        for (int head = 0; head * dimension < keys.Length; head++)
        {
            Head(page, layer, head).Write(
                position % PageLayout.TokenCount, keys.Slice(head * dimension, dimension),
                values.Slice(head * dimension, dimension));
        }
    }
}

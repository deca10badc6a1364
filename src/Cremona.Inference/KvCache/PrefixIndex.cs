namespace Cremona.Inference.KvCache;

/// <summary>Full pages by what they were computed from: scope, the pages before and the page's own tokens. Pages are
/// found by a hash and then compared, so equal hashes of unequal prefixes cost a hit and nothing else. Not
/// thread-safe.</summary>
/// <param name="pageCount">Pages that it has room for from the start; it grows beyond.</param>
internal sealed class PrefixIndex(int pageCount)
{
    private readonly Dictionary<ulong, CachePage> _byHash = new(pageCount);
    private readonly LinkedList<CachePage> _unheld = []; // unused for longest first
    private long _lastNumber;

    /// <summary>Pages in the index that no sequence holds.</summary>
    public int UnheldCount => _unheld.Count;

    /// <param name="scope">Of the sequence.</param>
    /// <param name="parentNumber">Of the page before; 0 for a first page.</param>
    /// <param name="tokens">Of a whole page.</param>
    public CachePage? Find(CacheScope scope, long parentNumber, ReadOnlySpan<int> tokens) =>
        _byHash.TryGetValue(Hash(scope, parentNumber, tokens), out CachePage? page)
        && page.ParentNumber == parentNumber && page.Scope == scope && tokens.SequenceEqual(page.Tokens)
            ? page
            : null;

    /// <summary>Makes a full page known, unless another prefix has its hash.</summary>
    public void Add(CachePage page, CacheScope scope, long parentNumber)
    {
        ulong hash = Hash(scope, parentNumber, page.Tokens);
        if (!_byHash.TryAdd(hash, page)) return;
        page.Number = ++_lastNumber;
        page.Scope = scope;
        page.ParentNumber = parentNumber;
        page.Hash = hash;
    }

    /// <summary>A known page is held again.</summary>
    public void Hold(CachePage page) => _unheld.Remove(page.Node);

    /// <summary>Nobody holds a known page any more.</summary>
    /// <remarks>Pages of a sequence come from the last to the first; so a page leaves before those it
    /// follows.</remarks>
    public void Release(CachePage page) => _unheld.AddLast(page.Node);

    /// <summary>A known page that nobody holds counts as released now.</summary>
    public void Touch(CachePage page)
    {
        _unheld.Remove(page.Node);
        _unheld.AddLast(page.Node);
    }

    /// <summary>Forgets the page that was unused for longest.</summary>
    public CachePage TakeOldest()
    {
        CachePage page = _unheld.First!.Value;
        _unheld.RemoveFirst();
        Forget(page);
        return page;
    }

    /// <summary>Nobody finds a known page any more.</summary>
    public void Forget(CachePage page)
    {
        _byHash.Remove(page.Hash);
        page.Number = 0;
    }

    // Multiply and fold, as in MurmurHash's finalizer.
    private static ulong Hash(CacheScope scope, long parentNumber, ReadOnlySpan<int> tokens)
    {
        ulong hash = ((ulong)(uint)scope.GetHashCode() << 32) ^ (ulong)parentNumber;
        foreach (int token in tokens)
        {
            hash = (hash ^ (uint)token) * 0xFF51AFD7ED558CCD;
            hash ^= hash >> 32;
        }

        return hash;
    }
}

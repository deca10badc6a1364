using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Keys and values of neighbouring positions, in all layers. Filled by one sequence; once it is full it never
/// changes and may be held by many. Apart from its contents it belongs to the pool.</summary>
internal sealed class CachePage
{
    public CachePage(PageLayout layout)
    {
        Buffer = new AlignedBuffer(layout.Length);
        Node = new LinkedListNode<CachePage>(this);
    }

    public AlignedBuffer Buffer { get; }

    /// <summary>The ids that the keys and values were computed from.</summary>
    public int[] Tokens { get; } = new int[PageLayout.TokenCount];

    /// <summary>Where it stands among the pages that nobody holds.</summary>
    public LinkedListNode<CachePage> Node { get; }

    /// <summary>Sequences that read it.</summary>
    public int HolderCount { get; set; }

    /// <summary>Never used twice; 0 while others cannot find the page.</summary>
    public long Number { get; set; }

    /// <summary>The page before it in its sequence; 0 for the first.</summary>
    public long ParentNumber { get; set; }

    public CacheScope Scope { get; set; }

    /// <summary>Of scope, parent and tokens.</summary>
    public ulong Hash { get; set; }
}

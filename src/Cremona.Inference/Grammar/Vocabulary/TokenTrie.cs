namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>Tokens by their bytes, as a tree in depth-first order: the subtree of a node is a range of nodes, and its
/// tokens are a range of tokens. Immutable.</summary>
internal sealed class TokenTrie
{
    /// <summary>The node of the empty text.</summary>
    public const int Root = 0;

    private readonly int[] _rootChildren = new int[256];

    /// <param name="entries">Bytes and id of each token; several tokens may have the same bytes.</param>
    public TokenTrie(IEnumerable<(byte[] Bytes, int Id)> entries)
    {
        (byte[] Bytes, int Id)[] sorted = [.. entries];
        Array.Sort(sorted, static (x, y) =>
        {
            int order = x.Bytes.AsSpan().SequenceCompareTo(y.Bytes);
            return order != 0 ? order : x.Id.CompareTo(y.Id);
        });
        var builder = new Builder();
        foreach ((byte[] bytes, int id) in sorted) builder.Add(bytes, id);
        builder.Finish();
        Bytes = [.. builder.Bytes];
        Ends = [.. builder.Ends];
        TokenStarts = [.. builder.TokenStarts, builder.Tokens.Count];
        Tokens = [.. builder.Tokens];
        Array.Fill(_rootChildren, -1);
        for (int child = 1; child < Bytes.Length; child = Ends[child]) _rootChildren[Bytes[child]] = child;
    }

    /// <summary>[nodes], the byte that leads to each node.</summary>
    public byte[] Bytes { get; }

    /// <summary>[nodes], the node after the subtree of each: its next sibling, if it has one. The first child of a
    /// node is the node after it.</summary>
    public int[] Ends { get; }

    /// <summary>[nodes + 1], where in <see cref="Tokens"/> the tokens of each subtree begin; those of the node itself
    /// come before those of its children.</summary>
    public int[] TokenStarts { get; }

    /// <summary>Ids in depth-first order.</summary>
    public int[] Tokens { get; }

    /// <summary>The child that a byte leads to, or -1.</summary>
    public int FindChild(int node, byte value)
    {
        if (node == Root) return _rootChildren[value];
        for (int child = node + 1; child < Ends[node]; child = Ends[child])
        {
            if (Bytes[child] >= value) return Bytes[child] == value ? child : -1;
        }

        return -1;
    }

    /// <summary>Tokens whose bytes end at the node.</summary>
    public ReadOnlySpan<int> TokensAt(int node) => Tokens.AsSpan(TokenStarts[node]..TokenStarts[node + 1]);

    /// <summary>Tokens whose bytes end at the node or below.</summary>
    public ReadOnlySpan<int> TokensFrom(int node) => Tokens.AsSpan(TokenStarts[node]..TokenStarts[Ends[node]]);

    private sealed class Builder
    {
        private readonly List<int> _path = [0];
        private byte[] _last = [];

        public List<byte> Bytes { get; } = [0];

        public List<int> Ends { get; } = [0];

        public List<int> TokenStarts { get; } = [0];

        public List<int> Tokens { get; } = [];

        public void Add(byte[] bytes, int id)
        {
            int shared = bytes.AsSpan().CommonPrefixLength(_last);
            Close(shared);
            for (int i = shared; i < bytes.Length; i++)
            {
                _path.Add(Bytes.Count);
                Bytes.Add(bytes[i]);
                Ends.Add(0);
                TokenStarts.Add(Tokens.Count);
            }

            Tokens.Add(id);
            _last = bytes;
        }

        public void Finish()
        {
            Close(0);
            Ends[0] = Bytes.Count;
        }

        private void Close(int depth)
        {
            while (_path.Count > depth + 1)
            {
                Ends[_path[^1]] = Bytes.Count;
                _path.RemoveAt(_path.Count - 1);
            }
        }
    }
}

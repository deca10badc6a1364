namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>What bytes lie below each node of a token tree, so that whole subtrees can be judged at once.</summary>
internal sealed class TrieContents
{
    private const sbyte Broken = -1;
    private const sbyte Boundary = 0;
    private readonly (ulong Low, ulong High)[] _ascii; // [nodes], a bit for each byte below 128
    private readonly bool[] _hasOthers; // [nodes]
    private readonly bool[] _isBroken; // [nodes]

    public TrieContents(TokenTrie trie)
    {
        int count = trie.Bytes.Length;
        _ascii = new (ulong, ulong)[count];
        _hasOthers = new bool[count];
        _isBroken = new bool[count];
        int[] parents = Parents(trie);
        var states = new sbyte[count];
        for (int node = 1; node < count; node++) states[node] = Next(states[parents[node]], trie.Bytes[node]);
        for (int node = count - 1; node > 0; node--)
        {
            int parent = parents[node];
            byte value = trie.Bytes[node];
            (ulong low, ulong high) = _ascii[node];
            if (value < 64) low |= 1UL << value;
            else if (value < 128) high |= 1UL << (value - 64);
            _ascii[parent] = (_ascii[parent].Low | low, _ascii[parent].High | high);
            _hasOthers[parent] |= _hasOthers[node] || value >= 128;
            _isBroken[parent] |= _isBroken[node] || states[node] == Broken;
        }
    }

    /// <summary>All bytes below a node belong to a loop, the non-ASCII ones in UTF-8.</summary>
    /// <param name="node">Between two characters.</param>
    public bool IsWithin(int node, Lexemes.LexemeLoop loop) =>
        (_ascii[node].Low & ~loop.Low) == 0 && (_ascii[node].High & ~loop.High) == 0
        && (!_hasOthers[node] || (loop.HasOthers && !_isBroken[node]));

    private static int[] Parents(TokenTrie trie)
    {
        int[] parents = new int[trie.Bytes.Length];
        var path = new Stack<int>([TokenTrie.Root]);
        for (int node = 1; node < parents.Length; node++)
        {
            while (trie.Ends[path.Peek()] <= node) path.Pop();
            parents[node] = path.Peek();
            path.Push(node);
        }

        return parents;
    }

    /// <summary>The bytes that a UTF-8 sequence still needs (RFC 3629): 1, 2 or 3 of any kind, and four states whose
    /// next byte is restricted (after E0, ED, F0 and F4).</summary>
    private static sbyte Next(sbyte state, byte value) => state switch
    {
        Boundary => value switch
        {
            < 0x80 => Boundary,
            >= 0xC2 and < 0xE0 => 1,
            0xE0 => 4,
            0xED => 5,
            >= 0xE1 and < 0xF0 => 2,
            0xF0 => 6,
            0xF4 => 7,
            >= 0xF1 and < 0xF4 => 3,
            _ => Broken,
        },
        1 or 2 or 3 when value is >= 0x80 and < 0xC0 => (sbyte)(state - 1),
        4 when value is >= 0xA0 and < 0xC0 => 1,
        5 when value is >= 0x80 and < 0xA0 => 1,
        6 when value is >= 0x90 and < 0xC0 => 2,
        7 when value is >= 0x80 and < 0x90 => 2,
        _ => Broken,
    };
}

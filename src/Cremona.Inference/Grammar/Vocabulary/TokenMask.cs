using System.Numerics;

namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>A set of tokens, one bit each: bit <c>id % 64</c> of word <c>id / 64</c>.</summary>
public static class TokenMask
{
    /// <summary>Words that a vocabulary needs.</summary>
    public static int WordCount(int vocabularySize) => (vocabularySize + 63) / 64;

    public static bool Contains(ReadOnlySpan<ulong> mask, int id) => (mask[id >> 6] >> (id & 63) & 1) != 0;

    /// <summary>Adds a token or takes it away.</summary>
    public static void Set(Span<ulong> mask, int id, bool isIn)
    {
        ulong bit = 1UL << (id & 63);
        if (isIn) mask[id >> 6] |= bit;
        else mask[id >> 6] &= ~bit;
    }

    internal static void Add(Span<ulong> mask, ReadOnlySpan<int> ids)
    {
        foreach (int id in ids) mask[id >> 6] |= 1UL << (id & 63);
    }

    internal static void Remove(Span<ulong> mask, ReadOnlySpan<int> ids)
    {
        foreach (int id in ids) mask[id >> 6] &= ~(1UL << (id & 63));
    }

    /// <summary>Adds another set, of the same length.</summary>
    internal static void Add(Span<ulong> mask, ReadOnlySpan<ulong> others)
    {
        int i = 0;
        for (; i + Vector<ulong>.Count <= mask.Length; i += Vector<ulong>.Count)
        {
            Span<ulong> part = mask[i..];
            (new Vector<ulong>(part) | new Vector<ulong>(others[i..])).CopyTo(part);
        }

        for (; i < mask.Length; i++) mask[i] |= others[i];
    }
}

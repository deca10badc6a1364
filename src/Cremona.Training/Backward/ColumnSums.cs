using System.Buffers;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Sums over tokens in a fixed order: one partial sum per block of tokens, then the blocks in order.</summary>
internal static class ColumnSums
{
    /// <summary>sums[j] += Σ over tokens of x[t, j]; x is [tokens, sums.Length].</summary>
    public static void Add(ComputePool pool, float[] x, float[] sums, int tokens)
    {
        int width = sums.Length;
        Add(pool, sums, tokens, (token, partial) => VectorMath.Add(x.AsSpan(token * width, width), partial));
    }

    /// <summary>As the other, where <paramref name="addToken"/> adds what one token contributes to a partial
    /// sum.</summary>
    public static void Add(ComputePool pool, float[] sums, int tokens, AddToken addToken)
    {
        int width = sums.Length;
        int blocks = TokenBlocks.Count(tokens);
        float[] partials = ArrayPool<float>.Shared.Rent(blocks * width); // [blocks, width]
        TokenBlocks.Run(pool, tokens, (first, end) =>
        {
            var partial = partials.AsSpan(first / TokenBlocks.Size * width, width);
            partial.Clear();
            for (int t = first; t < end; t++)
                addToken(t, partial);
        });
        for (int block = 0; block < blocks; block++)
            VectorMath.Add(partials.AsSpan(block * width, width), sums);
        ArrayPool<float>.Shared.Return(partials);
    }

    /// <summary>Adds one token's contribution to a partial sum.</summary>
    public delegate void AddToken(int token, Span<float> partial);
}

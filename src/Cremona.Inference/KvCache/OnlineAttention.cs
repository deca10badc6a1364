using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Attention of a few queries over the keys and values of one head, some hundred keys at a time, with a
/// running softmax (Milakov and Gimelshein, 2018; Dao et al., 2022): weights are relative to the largest score so far,
/// and what is summed up is scaled down when a larger one comes.</summary>
/// <remarks>Steps begin at fixed positions, and what a query must not see has weight zero; so a query's result depends
/// on its own sequence only. A pass over a key serves all queries of its head.</remarks>
internal static unsafe class OnlineAttention<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <param name="work">Queries; receives the result in <see cref="AttentionWork.Sums"/>.</param>
    /// <param name="block">Rows of the queries, each with <paramref name="groupSize"/> of them.</param>
    /// <param name="groupSize">Query heads of the key/value head.</param>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="head">Index of the key/value head.</param>
    /// <param name="window">Positions that a row sees, its own among them.</param>
    public static void Run(
        in AttentionWork work, AttentionBlock block, int groupSize, int layer, int head, int window)
    {
        const int step = AttentionWork.KeysPerStep;
        int keys = block.FirstPosition + block.RowCount;
        int firstSeen = Math.Max(0, block.FirstPosition + 1 - window);
        for (int start = firstSeen / step * step; start < keys; start += step)
        {
            int count = Math.Min(step, keys - start);

            // Pages that no row sees may be gone.
            int skipped = Math.Max(0, firstSeen - start) / PageLayout.TokenCount * PageLayout.TokenCount;
            Score(in work, block.Cache, layer, head, start, skipped..count);
            for (int query = 0; query < work.QueryCount; query++)
            {
                int end = block.FirstPosition + (query / groupSize) + 1 - start;
                Weigh(in work, query, Math.Max(0, end - window), Math.Min(end, count), count);
            }

            AddValues(in work, block.Cache, layer, head, start, skipped..count);
        }

        for (int query = 0; query < work.QueryCount; query++)
        {
            Scale(work.Sums + ((long)query * work.Dimension), work.Dimension, 1 / work.Totals[query]);
        }
    }

    /// <param name="keys">From <paramref name="start"/>; begin with a page.</param>
    private static void Score(
        in AttentionWork work, SequenceCache cache, int layer, int head, int start, Range keys)
    {
        new Span<float>(work.Scores, work.QueryCount * AttentionWork.KeysPerStep).Clear();
        MatrixOperands operands = new()
        {
            RowStride = work.Dimension,
            Stride = 1,
            OutputStride = AttentionWork.KeysPerStep,
            K = work.Dimension,
        };
        for (int done = keys.Start.Value; done < keys.End.Value; done += PageLayout.TokenCount)
        {
            int tokens = Math.Min(PageLayout.TokenCount, keys.End.Value - done);
            int page = (start + done) / PageLayout.TokenCount;
            if (page + 1 < cache.PageCount) cache.Head(page + 1, layer, head).PrefetchKeys();
            float* panels = cache.Head(page, layer, head).ReadKeys(tokens, work.Wide);
            MatrixMultiplyBlocks<TSimd, TVector>.MultiplyBlock(
                in operands, work.Queries, panels, work.Scores + done, work.QueryCount, tokens, work.Dimension);
        }
    }

    /// <summary>Makes the scores of a query weights, zero outside of [first, end).</summary>
    private static void Weigh(in AttentionWork work, int query, int first, int end, int count)
    {
        float* row = work.Scores + ((long)query * AttentionWork.KeysPerStep);
        if (first >= end)
        {
            new Span<float>(row, count).Clear();
            return;
        }

        new Span<float>(row, first).Clear();
        new Span<float>(row + end, count - end).Clear();
        float before = work.Largest[query];
        float largest = MathF.Max(before, VectorMath.Max<TSimd, TVector>(row + first, end - first));
        if (largest > before)
        {
            float factor = MathF.Exp(before - largest);
            Scale(work.Sums + ((long)query * work.Dimension), work.Dimension, factor);
            work.Totals[query] *= factor;
            work.Largest[query] = largest;
        }

        work.Totals[query] += VectorMath.SumOfExp<TSimd, TVector>(row + first, largest, row + first, end - first);
    }

    private static void AddValues(
        in AttentionWork work, SequenceCache cache, int layer, int head, int start, Range keys)
    {
        MatrixOperands operands = new()
        {
            RowStride = AttentionWork.KeysPerStep,
            Stride = 1,
            OutputStride = work.Dimension,
            K = PageLayout.TokenCount,
        };
        for (int done = keys.Start.Value; done < keys.End.Value; done += PageLayout.TokenCount)
        {
            int tokens = Math.Min(PageLayout.TokenCount, keys.End.Value - done);
            int page = (start + done) / PageLayout.TokenCount;
            if (page + 1 < cache.PageCount) cache.Head(page + 1, layer, head).PrefetchValues();
            float* values = cache.Head(page, layer, head).ReadValues(tokens, work.Wide);
            MatrixMultiplyBlocks<TSimd, TVector>.MultiplyBlock(
                in operands, work.Scores + done, values, work.Sums, work.QueryCount, work.Dimension, tokens);
        }
    }

    private static void Scale(float* values, int length, float factor)
    {
        TVector factors = TSimd.Broadcast(factor);
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TSimd.Store(values + i, TSimd.Multiply(TSimd.Load(values + i), factors));
        }

        for (; i < length; i++) values[i] *= factor;
    }
}

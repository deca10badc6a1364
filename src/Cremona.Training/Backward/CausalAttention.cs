using System.Buffers;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Causal grouped-query attention within each row of a batch, forward and backward. Scores are never stored:
/// the forward pass keeps one logarithm of the softmax sum per query, from which the backward pass makes the
/// probabilities again block by block (Dao et al., 2022). One task is one key/value head of one row with all its query
/// heads, so every sum belongs to one thread and its order is fixed.</summary>
/// <param name="config">The shape of the decoder.</param>
/// <param name="window">How many positions a query sees, its own among them.</param>
/// <param name="pool">Threads to compute on.</param>
internal sealed unsafe class CausalAttention(DecoderConfig config, int window, ComputePool pool)
{
    /// <summary>Queries per block. Fixed: it is part of the order of the sums.</summary>
    private const int BlockQueries = 32;

    private readonly int _headDimension = config.HeadDimension;
    private readonly int _querySize = config.QuerySize;
    private readonly int _keyValueSize = config.KeyValueSize;
    private readonly int _groupSize = config.HeadCount / config.KeyValueHeadCount;
    private readonly float _scale = 1 / MathF.Sqrt(config.HeadDimension);

    /// <summary>Fills the attended values and the logarithms from rotated queries, rotated keys and values.</summary>
    public void Forward(IReadOnlyList<(int Start, int End)> rows, AttentionTensors tensors)
    {
        pool.Run(rows.Count * config.KeyValueHeadCount, task =>
        {
            var (start, end) = rows[task / config.KeyValueHeadCount];
            int keyHead = task % config.KeyValueHeadCount;
            int stride = Padded(end - start);
            float[] scratch = ArrayPool<float>.Shared.Rent(stride * (_headDimension + BlockQueries));
            fixed (float* q = tensors.Query, k = tensors.Key, v = tensors.Value, o = tensors.Attended,
                sums = tensors.LogSums, keys = scratch)
            {
                float* scores = keys + (stride * _headDimension);
                Transpose(k + At(start, keyHead), end - start, keys, stride, _scale);
                for (int head = keyHead * _groupSize; head < (keyHead + 1) * _groupSize; head++)
                    ForwardHead(start, end, head, q, keys, stride, v + At(start, keyHead), o, sums, scores);
            }
            ArrayPool<float>.Shared.Return(scratch);
        });
    }

    /// <summary>Gradients of rotated queries, rotated keys and values from that of the attended values;
    /// overwrites all three.</summary>
    public void Backward(
        IReadOnlyList<(int Start, int End)> rows,
        AttentionTensors forward,
        float[] dAttended,
        float[] dQuery,
        float[] dKey,
        float[] dValue)
    {
        pool.Run(rows.Count * config.KeyValueHeadCount, task =>
        {
            var (start, end) = rows[task / config.KeyValueHeadCount];
            int keyHead = task % config.KeyValueHeadCount;
            int stride = Padded(end - start);
            float[] scratch = ArrayPool<float>.Shared.Rent(2 * stride * (_headDimension + BlockQueries));
            fixed (float* q = forward.Query, k = forward.Key, v = forward.Value, o = forward.Attended,
                sums = forward.LogSums, dO = dAttended, dQ = dQuery, dK = dKey, dV = dValue, keys = scratch)
            {
                int at = At(start, keyHead);
                float* values = keys + (stride * _headDimension);
                float* scores = values + (stride * _headDimension);
                Transpose(k + at, end - start, keys, stride, _scale);
                Transpose(v + at, end - start, values, stride, 1);
                Clear(dK + at, end - start);
                Clear(dV + at, end - start);
                var row = new RowHead
                {
                    Key = k + at,
                    Keys = keys,
                    Values = values,
                    Scores = scores,
                    DKey = dK + at,
                    DValue = dV + at,
                    Stride = stride,
                };
                for (int head = keyHead * _groupSize; head < (keyHead + 1) * _groupSize; head++)
                    BackwardHead(start, end, head, q, o, sums, dO, dQ, row);
            }
            ArrayPool<float>.Shared.Return(scratch);
        });
    }

    /// <summary>One key/value head of one row: its columns, their transposes, scratch, and where the gradients
    /// go.</summary>
    private struct RowHead
    {
        public float* Key; // [tokens, keyValueSize], the head's columns
        public float* Keys; // [headDimension, stride], transposed and scaled
        public float* Values; // [headDimension, stride], transposed
        public float* Scores; // [2, BlockQueries, stride]
        public float* DKey; // as Key
        public float* DValue; // as Key
        public int Stride;
    }

    private void ForwardHead(
        int start, int end, int head, float* query, float* keys, int stride, float* value, float* attended,
        float* logSums, float* scores)
    {
        for (int first = 0; first < end - start; first += BlockQueries)
        {
            int count = Math.Min(BlockQueries, end - start - first);
            int at = ((start + first) * _querySize) + (head * _headDimension);
            int width = Padded(first + count);
            StridedMultiply.Run(
                query + at, _querySize, 1, keys, stride, scores, stride, count, width, _headDimension, false);
            for (int i = 0; i < count; i++)
                logSums[((start + first + i) * config.HeadCount) + head] =
                    AttentionScores.Softmax(scores + (i * stride), Seen(first + i), width);
            StridedMultiply.Run(
                scores, stride, 1, value, _keyValueSize, attended + at, _querySize,
                count, _headDimension, first + count, false);
        }
    }

    private void BackwardHead(
        int start, int end, int head, float* query, float* attended, float* logSums, float* dAttended, float* dQuery,
        RowHead row)
    {
        int stride = row.Stride;
        float* scores = row.Scores;
        float* dScores = scores + (BlockQueries * stride);
        for (int first = 0; first < end - start; first += BlockQueries)
        {
            int count = Math.Min(BlockQueries, end - start - first);
            int at = ((start + first) * _querySize) + (head * _headDimension);
            int seen = first + count;
            int width = Padded(seen);
            StridedMultiply.Run(
                query + at, _querySize, 1, row.Keys, stride, scores, stride, count, width, _headDimension, false);
            StridedMultiply.Run(
                dAttended + at, _querySize, 1, row.Values, stride, dScores, stride,
                count, width, _headDimension, false);
            for (int i = 0; i < count; i++)
            {
                int token = start + first + i;
                int offset = (token * _querySize) + (head * _headDimension);
                float pull = Elementwise.Dot(
                    new ReadOnlySpan<float>(attended + offset, _headDimension),
                    new ReadOnlySpan<float>(dAttended + offset, _headDimension));
                AttentionScores.Gradient(
                    scores + (i * stride),
                    dScores + (i * stride),
                    Seen(first + i),
                    width,
                    logSums[(token * config.HeadCount) + head],
                    pull,
                    _scale);
            }
            StridedMultiply.Run(
                scores, 1, stride, dAttended + at, _querySize, row.DValue, _keyValueSize,
                seen, _headDimension, count, true);
            StridedMultiply.Run(
                dScores, 1, stride, query + at, _querySize, row.DKey, _keyValueSize,
                seen, _headDimension, count, true);
            StridedMultiply.Run(
                dScores, stride, 1, row.Key, _keyValueSize, dQuery + at, _querySize,
                count, _headDimension, seen, false);
        }
    }

    private Range Seen(int position) => Math.Max(0, position - window + 1)..(position + 1);

    /// <summary>Copies one head's columns [tokens, headDimension] to [headDimension, stride], zero beyond the last
    /// token.</summary>
    private void Transpose(float* source, int tokens, float* destination, int stride, float scale)
    {
        for (int d = 0; d < _headDimension; d++)
        {
            float* line = destination + (d * stride);
            for (int t = 0; t < tokens; t++)
                line[t] = source[(t * _keyValueSize) + d] * scale;
            new Span<float>(line + tokens, stride - tokens).Clear();
        }
    }

    private void Clear(float* columns, int tokens)
    {
        for (int t = 0; t < tokens; t++)
            new Span<float>(columns + (t * _keyValueSize), _headDimension).Clear();
    }

    private int At(int token, int keyHead) => (token * _keyValueSize) + (keyHead * _headDimension);

    private static int Padded(int tokens) =>
        (tokens + AttentionScores.Tile - 1) / AttentionScores.Tile * AttentionScores.Tile;
}

using System.Runtime.Intrinsics;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.KvCache;

/// <summary>Causal grouped-query attention of the rows of a batch over their sequences' caches. Each row's result
/// depends on its own query and cache only, so it is the same in any batch and for any cut of the prompt.</summary>
internal sealed unsafe class CachedAttention
{
    // Query vectors that share a pass over keys and values: two tiles of the widest instruction set.
    private const int QueriesPerBlock = 24;

    [ThreadStatic]
    private static AlignedBuffer? _scratch;

    private readonly DecoderConfig _config;
    private readonly ComputePool _pool;
    private readonly List<AttentionBlock> _blocks = [];
    private readonly Action<int> _task;
    private readonly float _scale;
    private readonly int _groupSize;
    private float* _queries;
    private nint _queryStride;
    private float* _result;
    private int _layer;
    private int _window;

    public CachedAttention(DecoderConfig config, ComputePool pool, SimdLevel level)
    {
        _config = config;
        _pool = pool;
        _scale = (float)(1 / Math.Sqrt(config.HeadDimension));
        _groupSize = config.HeadCount / config.KeyValueHeadCount;
        _task = level switch
        {
            SimdLevel.Avx512 => Attend<Simd512, Vector512<float>>,
            SimdLevel.Avx2 => Attend<Simd256, Vector256<float>>,
            SimdLevel.Vector128 => Attend<Simd128, Vector128<float>>,
            _ => AttendReference,
        };
    }

    public void Clear() => _blocks.Clear();

    /// <summary>Adds the rows of one sequence to the batch.</summary>
    public void Add(SequenceCache cache, int firstRow, int rowCount, int firstPosition)
    {
        int step = Math.Max(1, QueriesPerBlock / _groupSize);
        for (int done = 0; done < rowCount; done += step)
        {
            _blocks.Add(new(cache, firstRow + done, Math.Min(step, rowCount - done), firstPosition + done));
        }
    }

    /// <summary>Attends in one layer; keys and values of all rows are in the caches.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="queries">[rows, heads, headDimension], rows <paramref name="queryStride"/> apart.</param>
    /// <param name="queryStride">In floats.</param>
    /// <param name="result">[rows, heads, headDimension], dense.</param>
    public void Run(int layer, float* queries, nint queryStride, float* result)
    {
        _layer = layer;
        _window = _config.WindowOf(layer);
        _queries = queries;
        _queryStride = queryStride;
        _result = result;
        _pool.Run(_blocks.Count * _config.KeyValueHeadCount, _task);
    }

    private void Attend<TSimd, TVector>(int index)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        AttentionBlock block = _blocks[index / _config.KeyValueHeadCount];
        int head = index % _config.KeyValueHeadCount;
        AttentionWork work = new(ref _scratch, block.RowCount * _groupSize, _config.HeadDimension);
        GatherQueries(block, head, work.Queries);
        OnlineAttention<TSimd, TVector>.Run(in work, block, _groupSize, _layer, head, _window);
        ScatterSums(block, head, work.Sums);
    }

    private void GatherQueries(AttentionBlock block, int head, float* query)
    {
        int length = _groupSize * _config.HeadDimension;
        for (int row = 0; row < block.RowCount; row++, query += length)
        {
            float* source = _queries + ((block.FirstRow + row) * _queryStride) + (head * length);
            for (int i = 0; i < length; i++) query[i] = source[i] * _scale;
        }
    }

    private void ScatterSums(AttentionBlock block, int head, float* sums)
    {
        int length = _groupSize * _config.HeadDimension;
        for (int row = 0; row < block.RowCount; row++, sums += length)
        {
            float* target = _result + ((long)(block.FirstRow + row) * _config.QuerySize) + (head * length);
            new ReadOnlySpan<float>(sums, length).CopyTo(new Span<float>(target, length));
        }
    }

    /// <summary>The specification of the vectorised form.</summary>
    private void AttendReference(int index)
    {
        AttentionBlock block = _blocks[index / _config.KeyValueHeadCount];
        int head = index % _config.KeyValueHeadCount;
        int dimension = _config.HeadDimension;
        var query = new float[block.RowCount * _groupSize * dimension];
        var sums = new float[query.Length];
        fixed (float* first = query) GatherQueries(block, head, first);
        for (int i = 0; i < query.Length / dimension; i++)
        {
            var weights = new float[block.FirstPosition + (i / _groupSize) + 1];
            int start = Math.Max(0, weights.Length - _window);
            for (int t = start; t < weights.Length; t++)
            {
                PageHead page = block.Cache.Head(t / PageLayout.TokenCount, _layer, head);
                for (int d = 0; d < dimension; d++)
                {
                    weights[t] += query[(i * dimension) + d] * page.Key(t % PageLayout.TokenCount, d);
                }
            }

            SoftmaxReference.Apply(weights.AsSpan(start));
            for (int t = start; t < weights.Length; t++)
            {
                PageHead page = block.Cache.Head(t / PageLayout.TokenCount, _layer, head);
                for (int d = 0; d < dimension; d++)
                {
                    sums[(i * dimension) + d] += weights[t] * page.Value(t % PageLayout.TokenCount, d);
                }
            }
        }

        fixed (float* first = sums) ScatterSums(block, head, first);
    }
}

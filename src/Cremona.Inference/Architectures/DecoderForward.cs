using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;
using Cremona.Inference.KvCache;

namespace Cremona.Inference.Architectures;

/// <summary>The forward pass of a Llama, Mistral, Qwen2 or Qwen3 decoder over a batch of sequences. Weights of linear
/// layers and embedding are in one of the formats of <see cref="WeightFormat"/>, everything else is float32.</summary>
/// <remarks>Every number of a row is computed in an order that depends on the row's own sequence only, so logits are
/// the same to the bit whatever else is in the batch, however a prompt is cut and on any number of threads. Not
/// thread-safe: one pass at a time. Keeps its own packed copy of the weights. Its working memory grows to the largest
/// batch seen; passes allocate nothing beyond.
/// </remarks>
public sealed unsafe class DecoderForward
{
    // Rows of elementwise work that one task takes, and the rows from which the pool is worth waking.
    private const int RowsPerTask = 8;
    private const int ParallelRowsMin = 24;

    private readonly ComputePool _pool;
    private readonly KernelSet _kernels;
    private readonly SimdLevel _level;
    private readonly PackedLayer[] _layers;
    private readonly WeightMatrix _embedding;
    private readonly WeightMatrix _head;
    private readonly float[] _finalNorm;
    private readonly RotaryTable _rotary;
    private readonly CachedAttention _attention;
    private readonly AdapterRows _adapters;

    // The batch of the pass in progress.
    private readonly List<SequenceCache> _rowCaches = [];
    private readonly List<int> _rowPositions = [];
    private readonly List<int> _logitRows = [];
    private AlignedBuffer? _scratch;
    private int _rows;
    private int _layer;
    private float* _x; // [rows, hidden], the residual stream
    private float* _normed; // [rows, hidden]
    private float* _delta; // [rows, hidden], what a sublayer adds
    private float* _queryKeyValue; // [rows, query + 2 · keyValue]
    private float* _attended; // [rows, query]
    private float* _gateUp; // [rows, 2 · intermediate]
    private float* _activated; // [rows, intermediate]

    // Delegates made once, so that passes allocate nothing.
    private readonly Action<int> _rowTask;
    private readonly Action<int> _normAttention;
    private readonly Action<int> _placeHeads;
    private readonly Action<int> _addAndNormMlp;
    private readonly Action<int> _activate;
    private readonly Action<int> _addDelta;
    private Action<int> _rowAction;

    /// <summary>Reads and packs the weights.</summary>
    /// <exception cref="InvalidDataException">A tensor cannot be read, or a weight is not finite and the format cannot
    /// hold it.</exception>
    public DecoderForward(IDecoderSource source, WeightFormat format, ComputePool pool)
        : this(source, format, pool, KernelSet.Current)
    {
    }

    internal DecoderForward(IDecoderSource source, WeightFormat format, ComputePool pool, KernelSet kernels)
    {
        Config = source.Config;
        _pool = pool;
        _kernels = kernels;
        _level = kernels.Level;
        using ITensorReader files = source.Open();
        _layers = [.. Enumerable.Range(0, Config.LayerCount)
            .Select(layer => new PackedLayer(Config, files, layer, format, pool))];
        _embedding = PackVocabulary(files, DecoderTensors.Embedding, format);
        _head = Config.TieWordEmbeddings ? _embedding : PackVocabulary(files, DecoderTensors.Head, format);
        _finalNorm = files.Read(DecoderTensors.FinalNorm, Config.HiddenSize);
        _rotary = Config.CreateRotaryTable();
        _attention = new CachedAttention(Config, pool, _level);
        _adapters = new AdapterRows(Config, format, pool, kernels);
        _rowTask = RunRowBlock;
        _normAttention = NormForAttention;
        _placeHeads = PlaceHeads;
        _addAndNormMlp = AddAndNormForMlp;
        _activate = Activate;
        _addDelta = AddDelta;
        _rowAction = _normAttention;
    }

    public DecoderConfig Config { get; }

    /// <summary>Bytes of the packed weights; a tied head counts once.</summary>
    public long WeightBytes => _embedding.SizeBytes + (_head == _embedding ? 0 : _head.SizeBytes)
        + _layers.Sum(layer => layer.SizeBytes);

    /// <summary>What <see cref="WeightBytes"/> will be, before anything is read.</summary>
    public static long Measure(DecoderConfig config, WeightFormat format) =>
        ((config.TieWordEmbeddings ? 1 : 2) * WeightMatrix.Measure(format, config.VocabularySize, config.HiddenSize))
        + (config.LayerCount * PackedLayer.Measure(config, format));

    /// <summary>Checks an adapter against the model and packs it, so that its first pass is not slower.</summary>
    /// <exception cref="ArgumentException">The adapter was made for another shape of model.</exception>
    public void Prepare(LoraAdapter adapter) => _adapters.Prepare(adapter);

    /// <summary>One pass over the segments; appends their tokens to their caches.</summary>
    /// <param name="segments">At most one of each sequence. Those with equal adapters run faster side by side.</param>
    /// <param name="logits">[sum of LogitCount, vocabularySize] in the order of the segments, written.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, a sequence exceeds its cache, or an
    /// adapter does not fit. The caches are then unchanged.</exception>
    public void Run(IReadOnlyList<ForwardSegment> segments, Span<float> logits)
    {
        Lay(segments);
        ArgumentOutOfRangeException.ThrowIfLessThan(
            logits.Length, (long)_logitRows.Count * Config.VocabularySize, nameof(logits));
        GatherTokens(segments);
        for (_layer = 0; _layer < _layers.Length; _layer++)
        {
            Attend(_layers[_layer]);
            FeedForward(_layers[_layer]);
        }

        ComputeLogits(logits);
        for (int i = 0; i < segments.Count; i++) segments[i].Cache.Append(segments[i].Tokens.Span);
    }

    private WeightMatrix PackVocabulary(ITensorReader files, string name, WeightFormat format)
    {
        (int rowCount, int width) = (Config.VocabularySize, Config.HiddenSize);
        return WeightMatrix.Pack(
            format, rowCount, width, (first, rows) => files.ReadRows(name, first, rows, rowCount, width), _pool);
    }

    private void Lay(IReadOnlyList<ForwardSegment> segments)
    {
        _rowCaches.Clear();
        _rowPositions.Clear();
        _logitRows.Clear();
        _attention.Clear();
        _adapters.Clear();
        for (int i = 0; i < segments.Count; i++)
        {
            (SequenceCache cache, LoraAdapter? adapter, ReadOnlyMemory<int> tokens, int logitCount) = segments[i];
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)logitCount, (uint)tokens.Length);
            foreach (int token in tokens.Span)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)Config.VocabularySize);
            }

            int firstRow = _rowCaches.Count;
            int first = cache.TokenCount;
            cache.Prepare(first + tokens.Length);
            _rotary.Reserve(first + tokens.Length);
            _attention.Add(cache, firstRow, tokens.Length, first);
            _adapters.Add(adapter, firstRow, tokens.Length);
            for (int row = 0; row < tokens.Length; row++)
            {
                _rowCaches.Add(cache);
                _rowPositions.Add(first + row);
                if (row >= tokens.Length - logitCount) _logitRows.Add(firstRow + row);
            }
        }

        _rows = _rowCaches.Count;
        LayScratch();
    }

    private void LayScratch()
    {
        int hidden = Config.HiddenSize;
        int all = Config.QuerySize + (2 * Config.KeyValueSize);
        int feed = Config.IntermediateSize;
        long perRow = (3L * hidden) + all + Config.QuerySize + (3L * feed);
        _x = AlignedBuffer.Grow(ref _scratch, perRow * _rows).Address;
        _normed = _x + ((long)_rows * hidden);
        _delta = _normed + ((long)_rows * hidden);
        _queryKeyValue = _delta + ((long)_rows * hidden);
        _attended = _queryKeyValue + ((long)_rows * all);
        _gateUp = _attended + ((long)_rows * Config.QuerySize);
        _activated = _gateUp + (2L * _rows * feed);
    }

    private void GatherTokens(IReadOnlyList<ForwardSegment> segments)
    {
        int row = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            foreach (int token in segments[i].Tokens.Span)
            {
                _embedding.CopyRow(token, Row(_x, row++, Config.HiddenSize));
            }
        }
    }

    private void Attend(PackedLayer layer)
    {
        ForRows(_normAttention);
        Multiply(layer.QueryKeyValue, _normed, _queryKeyValue);
        ForRows(_placeHeads);
        _attention.Run(_layer, _queryKeyValue, layer.QueryKeyValue.Matrix.N, _attended);
        Multiply(layer.Output, _attended, _delta);
    }

    private void FeedForward(PackedLayer layer)
    {
        ForRows(_addAndNormMlp);
        Multiply(layer.GateUp, _normed, _gateUp);
        ForRows(_activate);
        Multiply(layer.Down, _activated, _delta);
        ForRows(_addDelta);
    }

    private void ComputeLogits(Span<float> logits)
    {
        int hidden = Config.HiddenSize;
        for (int i = 0; i < _logitRows.Count; i++)
        {
            RmsNorm.Apply(
                _level, Row(_x, _logitRows[i], hidden), _finalNorm, Config.RmsNormEpsilon, Row(_normed, i, hidden));
        }

        fixed (float* destination = logits)
        {
            _head.Multiply(
                _kernels, _pool, _normed, hidden, destination, _head.N, _logitRows.Count, accumulate: false);
        }
    }

    /// <summary>All linear layers of one input, with bias and adapters.</summary>
    private void Multiply(PackedLinear linear, float* input, float* output)
    {
        WeightMatrix matrix = linear.Matrix;
        if (linear.Bias is { } bias)
        {
            for (int row = 0; row < _rows; row++) bias.CopyTo(Row(output, row, matrix.N));
        }

        matrix.Multiply(_kernels, _pool, input, matrix.K, output, matrix.N, _rows, linear.Bias is not null);
        _adapters.Apply(_layer, linear.Kinds, input, output);
    }

    private void NormForAttention(int row)
    {
        int hidden = Config.HiddenSize;
        RmsNorm.Apply(
            _level, Row(_x, row, hidden), _layers[_layer].AttentionNorm, Config.RmsNormEpsilon,
            Row(_normed, row, hidden));
    }

    /// <summary>Norms and turns the query and key heads of a row and stores its keys and values.</summary>
    private void PlaceHeads(int row)
    {
        PackedLayer layer = _layers[_layer];
        Span<float> all = Row(_queryKeyValue, row, layer.QueryKeyValue.Matrix.N);
        Span<float> queries = all[..Config.QuerySize];
        Span<float> keys = all.Slice(Config.QuerySize, Config.KeyValueSize);
        NormHeads(queries, layer.QueryNorm);
        NormHeads(keys, layer.KeyNorm);
        int position = _rowPositions[row];
        Rope.Apply(_level, queries, Config.HeadCount, new(in position), _rotary);
        Rope.Apply(_level, keys, Config.KeyValueHeadCount, new(in position), _rotary);
        _rowCaches[row].Write(_layer, position, keys, all[(Config.QuerySize + Config.KeyValueSize)..]);
    }

    private void NormHeads(Span<float> heads, float[]? weight)
    {
        if (weight is null) return;
        for (; heads.Length > 0; heads = heads[Config.HeadDimension..])
        {
            Span<float> head = heads[..Config.HeadDimension];
            RmsNorm.Apply(_level, head, weight, Config.RmsNormEpsilon, head);
        }
    }

    private void AddAndNormForMlp(int row)
    {
        AddDelta(row);
        int hidden = Config.HiddenSize;
        RmsNorm.Apply(
            _level, Row(_x, row, hidden), _layers[_layer].MlpNorm, Config.RmsNormEpsilon, Row(_normed, row, hidden));
    }

    private void Activate(int row)
    {
        int feed = Config.IntermediateSize;
        Span<float> both = Row(_gateUp, row, 2 * feed);
        SwiGlu.Apply(_level, both[..feed], both[feed..], Row(_activated, row, feed));
    }

    private void AddDelta(int row) =>
        VectorMath.Add(Row(_delta, row, Config.HiddenSize), Row(_x, row, Config.HiddenSize));

    private void ForRows(Action<int> action)
    {
        if (_rows < ParallelRowsMin)
        {
            for (int row = 0; row < _rows; row++) action(row);
            return;
        }

        _rowAction = action;
        _pool.Run((_rows + RowsPerTask - 1) / RowsPerTask, _rowTask);
    }

    private void RunRowBlock(int block)
    {
        int end = Math.Min(_rows, (block + 1) * RowsPerTask);
        for (int row = block * RowsPerTask; row < end; row++) _rowAction(row);
    }

    private static Span<float> Row(float* first, int row, int length) => new(first + ((long)row * length), length);
}

using System.Runtime.CompilerServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>Adds the low-rank updates of the rows of a batch, each row its own adapter's. Neighbouring rows with equal
/// adapters are multiplied together; rows of the base model are not touched.</summary>
internal sealed unsafe class AdapterRows
{
    // Below this many multiply-adds, waking another thread takes longer than the work.
    private const long ParallelWorkMin = 65_536;

    [ThreadStatic]
    private static AlignedBuffer? _scratch;

    // Packed once per adapter, forgotten with it.
    private readonly ConditionalWeakTable<LoraAdapter, PackedAdapter> _packed = [];
    private readonly List<(PackedAdapter Adapter, int FirstRow, int RowCount)> _runs = [];
    private readonly DecoderConfig _config;
    private readonly ComputePool _pool;
    private readonly SimdLevel _level;
    private readonly Action<int> _task;
    private LoraAdapter? _lastAdapter;
    private LinearKind[] _kinds = [];
    private float* _input;
    private float* _output;
    private nint _outputStride;
    private int _layer;

    public AdapterRows(DecoderConfig config, ComputePool pool, SimdLevel level)
    {
        _config = config;
        _pool = pool;
        _level = level;
        _task = AddOne;
    }

    public void Clear()
    {
        _runs.Clear();
        _lastAdapter = null;
    }

    /// <summary>Adds the rows of one sequence, in the order of the batch.</summary>
    /// <exception cref="ArgumentException">The adapter was made for another shape of model.</exception>
    public void Add(LoraAdapter? adapter, int firstRow, int rowCount)
    {
        if (adapter is not null && adapter == _lastAdapter)
        {
            (PackedAdapter same, int first, int count) = _runs[^1];
            _runs[^1] = (same, first, count + rowCount);
        }
        else if (adapter is not null)
        {
            _runs.Add((Prepare(adapter), firstRow, rowCount));
        }

        _lastAdapter = adapter;
    }

    /// <summary>Packs the adapter unless it is known.</summary>
    public PackedAdapter Prepare(LoraAdapter adapter) =>
        _packed.TryGetValue(adapter, out PackedAdapter? known) ? known : Pack(adapter);

    /// <summary>output += scaling · B · (A · input) for linear layers that share their input.</summary>
    /// <param name="layer">Index of the decoder block.</param>
    /// <param name="kinds">Layers whose outputs lie side by side in a row, in this order.</param>
    /// <param name="input">[rows, in], dense.</param>
    /// <param name="output">[rows, sum of out], dense.</param>
    public void Apply(int layer, LinearKind[] kinds, float* input, float* output)
    {
        if (_runs.Count == 0) return;
        _layer = layer;
        _kinds = kinds;
        _input = input;
        _output = output;
        _outputStride = 0;
        foreach (LinearKind kind in kinds) _outputStride += _config.OutputSize(kind);

        long work = 0;
        foreach ((PackedAdapter adapter, _, int rows) in _runs)
        {
            work += rows * adapter.Rank * (_outputStride + _config.InputSize(kinds[0]));
        }

        int tasks = _runs.Count * kinds.Length;
        if (work >= ParallelWorkMin) _pool.Run(tasks, _task);
        else for (int i = 0; i < tasks; i++) AddOne(i);
    }

    // Apart, because its closure would be allocated on every call otherwise.
    private PackedAdapter Pack(LoraAdapter adapter) =>
        _packed.GetValue(adapter, key => new PackedAdapter(key, _config));

    private void AddOne(int index)
    {
        (PackedAdapter adapter, int firstRow, int rows) = _runs[index / _kinds.Length];
        LinearKind kind = _kinds[index % _kinds.Length];
        if (adapter[_layer, kind] is not var (a, b)) return;

        nint column = 0;
        foreach (LinearKind before in _kinds)
        {
            if (before == kind) break;
            column += _config.OutputSize(before);
        }

        float* hidden = AlignedBuffer.Grow(ref _scratch, (long)rows * adapter.Rank).Address; // [rows, rank]
        float* output = _output + (firstRow * _outputStride) + column;
        MatrixMultiply.Packed(
            _level, _pool, _input + ((long)firstRow * a.K), a.K, a, hidden, adapter.Rank, rows, accumulate: false);
        MatrixMultiply.Packed(
            _level, _pool, hidden, adapter.Rank, b, output, _outputStride, rows, accumulate: true);
    }
}

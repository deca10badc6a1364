using System.Runtime.CompilerServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>Adds the low-rank updates of the rows of a batch, each row its own adapter's. Neighbouring rows with equal
/// adapters are multiplied together; rows of the base model are not touched. Adapters of a float32 model are float32,
/// those of any other bfloat16: half the bytes to read, and a rounding far below the model's own.</summary>
internal sealed unsafe class AdapterRows
{
    // Below this many multiply-adds, waking another thread takes longer than the work.
    private const long ParallelWorkMin = 65_536;

    // Rows from which the multiplications of one adapter keep all threads busy by themselves.
    private const int LongRunRows = 16;

    [ThreadStatic]
    private static AlignedBuffer? _scratch;

    // Packed once per adapter, forgotten with it.
    private readonly ConditionalWeakTable<LoraAdapter, PackedAdapter> _packed = [];
    private readonly List<(PackedAdapter Adapter, int FirstRow, int RowCount)> _runs = [];
    private readonly DecoderConfig _config;
    private readonly WeightFormat _format;
    private readonly ComputePool _pool;
    private readonly KernelSet _kernels;
    private readonly Action<int> _task;
    private LoraAdapter? _lastAdapter;
    private LinearKind _first;
    private float* _input;
    private float* _output;
    private nint _outputStride;
    private int _layer;

    public AdapterRows(DecoderConfig config, WeightFormat format, ComputePool pool, KernelSet kernels)
    {
        _config = config;
        _format = format == WeightFormat.F32 ? WeightFormat.F32 : WeightFormat.BF16;
        _pool = pool;
        _kernels = kernels;
        _task = AddShort;
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
    /// <param name="kinds">One of <see cref="LinearKinds.Groups"/>.</param>
    /// <param name="input">[rows, in], dense.</param>
    /// <param name="output">[rows, sum of out], dense.</param>
    public void Apply(int layer, LinearKind[] kinds, float* input, float* output)
    {
        if (_runs.Count == 0) return;
        _layer = layer;
        _first = kinds[0];
        _input = input;
        _output = output;
        _outputStride = 0;
        foreach (LinearKind kind in kinds) _outputStride += _config.OutputSize(kind);

        long shortWork = 0;
        for (int i = 0; i < _runs.Count; i++)
        {
            // Long runs take all threads one after another, short ones a thread each.
            if (IsShort(i)) shortWork += _runs[i].RowCount * _runs[i].Adapter.Rank * (_outputStride + InputSize);
            else AddRun(i);
        }

        if (shortWork >= ParallelWorkMin) _pool.Run(_runs.Count, _task);
        else for (int i = 0; i < _runs.Count; i++) AddShort(i);
    }

    private int InputSize => _config.InputSize(_first);

    // Apart, because its closure would be allocated on every call otherwise.
    private PackedAdapter Pack(LoraAdapter adapter) =>
        _packed.GetValue(adapter, key => new PackedAdapter(key, _config, _format));

    private bool IsShort(int run) => _runs.Count > 1 && _runs[run].RowCount < LongRunRows;

    private void AddShort(int run)
    {
        if (IsShort(run)) AddRun(run);
    }

    private void AddRun(int run)
    {
        (PackedAdapter adapter, int firstRow, int rows) = _runs[run];
        if (adapter[_layer, _first] is not { } group) return;
        WeightMatrix a = group.A;
        float* hidden = AlignedBuffer.Grow(ref _scratch, (long)rows * a.N).Address; // [rows, sum of ranks]
        float* output = _output + (firstRow * _outputStride);
        a.Multiply(_kernels, _pool, _input + ((long)firstRow * a.K), a.K, hidden, a.N, rows, accumulate: false);
        foreach ((WeightMatrix b, int column) in group.B)
        {
            b.Multiply(_kernels, _pool, hidden, a.N, output + column, _outputStride, rows, accumulate: true);
            hidden += adapter.Rank;
        }
    }
}

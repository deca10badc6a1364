using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
    private int _parts;

    public AdapterRows(DecoderConfig config, WeightFormat format, ComputePool pool, KernelSet kernels)
    {
        _config = config;
        _format = format == WeightFormat.F32 ? WeightFormat.F32 : WeightFormat.BF16;
        _pool = pool;
        _kernels = kernels;
        _task = (_format, kernels.Level) switch
        {
            (WeightFormat.BF16, SimdLevel.Avx512) => AddPart<Simd512, Vector512<float>>,
            (WeightFormat.BF16, SimdLevel.Avx2) => AddPart<Simd256, Vector256<float>>,
            (WeightFormat.BF16, SimdLevel.Vector128) => AddPart<Simd128, Vector128<float>>,
            _ => AddPartReference,
        };
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

        if (shortWork == 0) return;
        _parts = shortWork >= ParallelWorkMin ? Math.Min(_pool.ThreadCount, _runs.Count) : 1;
        _pool.Run(_parts, _task);
    }

    private int InputSize => _config.InputSize(_first);

    // Apart, because its closure would be allocated on every call otherwise.
    private PackedAdapter Pack(LoraAdapter adapter) =>
        _packed.GetValue(adapter, key => new PackedAdapter(key, _config, _format));

    private bool IsShort(int run) => _runs.Count > 1 && _runs[run].RowCount < LongRunRows;

    private Range PartOfRuns(int part) => (part * _runs.Count / _parts)..((part + 1) * _runs.Count / _parts);

    /// <summary>The specification of the vectorised form.</summary>
    private void AddPartReference(int part)
    {
        Range runs = PartOfRuns(part);
        for (int i = runs.Start.Value; i < runs.End.Value; i++)
        {
            if (IsShort(i)) AddRun(i);
        }
    }

    /// <summary>Some of the short runs: first A · x of all their rows, then B of each.</summary>
    private void AddPart<TSimd, TVector>(int part)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Range runs = PartOfRuns(part);
        float* hidden = MultiplyInputs<TSimd, TVector>(runs); // [rows][panels of A][16]
        for (int i = runs.Start.Value; i < runs.End.Value; i++)
        {
            (PackedAdapter adapter, int firstRow, int rows) = _runs[i];
            if (!IsShort(i) || adapter[_layer, _first] is not { } group) continue;
            int width = PanelPacking.PanelCount(group.A.N) * WeightMatrix.PanelWidth;
            for (int row = firstRow; row < firstRow + rows; row++, hidden += width)
            {
                float* input = hidden;
                foreach ((WeightMatrix b, int column) in group.B)
                {
                    LowRankKernels<TSimd, TVector>.AddRow(
                        input, (BrainFloatMatrix)b, _output + (row * _outputStride) + column);
                    input += adapter.Rank;
                }
            }
        }
    }

    private float* MultiplyInputs<TSimd, TVector>(Range runs)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* hidden = ClearedHidden(runs);
        float* output = hidden;
        PanelWork* work = stackalloc PanelWork[LowRankKernels<TSimd, TVector>.PanelsAtATime];
        int count = 0;
        for (int i = runs.Start.Value; i < runs.End.Value; i++)
        {
            (PackedAdapter adapter, int firstRow, int rows) = _runs[i];
            if (!IsShort(i) || adapter[_layer, _first] is not { } group) continue;
            var a = (BrainFloatMatrix)group.A;
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                float* input = _input + ((long)row * a.K);
                for (int panel = 0; panel < PanelPacking.PanelCount(a.N); panel++, output += WeightMatrix.PanelWidth)
                {
                    work[count++] = new PanelWork(input, a.Panel(panel), output);
                    if (count == LowRankKernels<TSimd, TVector>.PanelsAtATime)
                        LowRankKernels<TSimd, TVector>.AddPanels(work, ref count, a.K);
                }
            }
        }

        LowRankKernels<TSimd, TVector>.AddPanels(work, ref count, InputSize);
        return hidden;
    }

    private float* ClearedHidden(Range runs)
    {
        int length = 0;
        for (int i = runs.Start.Value; i < runs.End.Value; i++)
        {
            if (!IsShort(i) || _runs[i].Adapter[_layer, _first] is not { } group) continue;
            length += _runs[i].RowCount * PanelPacking.PanelCount(group.A.N) * WeightMatrix.PanelWidth;
        }

        float* hidden = AlignedBuffer.Grow(ref _scratch, length).Address;
        new Span<float>(hidden, length).Clear();
        return hidden;
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

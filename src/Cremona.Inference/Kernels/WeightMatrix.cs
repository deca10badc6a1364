using System.Buffers;

namespace Cremona.Inference.Kernels;

/// <summary>A weight matrix [n, k] in the layout of the kernels: panels of 16 rows. Immutable once it is
/// filled.</summary>
public abstract class WeightMatrix
{
    /// <summary>Rows of a panel: output columns that lie side by side.</summary>
    public const int PanelWidth = 16;

    // Rows that are in memory as float32 while a matrix is packed, unless one panel has more.
    private const int PackedFloatsMax = 1 << 20;

    private protected WeightMatrix(int n, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        N = n;
        K = k;
    }

    /// <summary>Rows of the source, which are columns of the product.</summary>
    public int N { get; }

    /// <summary>Columns of the source: the length of the reduction.</summary>
    public int K { get; }

    /// <summary>Bytes held.</summary>
    public abstract long SizeBytes { get; }

    /// <summary>The weight that the kernels compute with, in this row and column of the source.</summary>
    public abstract float this[int row, int column] { get; }

    /// <summary>Packs a row-major matrix [n, k] of finite numbers.</summary>
    /// <exception cref="InvalidDataException">A number is not finite and the format cannot hold it.</exception>
    public static WeightMatrix Pack(WeightFormat format, ReadOnlySpan<float> source, int n, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, (long)n * k, nameof(source));
        WeightMatrix matrix = Create(format, n, k);
        for (int row = 0; row < n; row += PanelWidth)
            matrix.SetPanel(row / PanelWidth, source.Slice(row * k, Math.Min(PanelWidth, n - row) * k));
        return matrix;
    }

    /// <summary>Packs a row-major matrix [n, k] on several threads, some panels at a time.</summary>
    /// <param name="format">Of the result.</param>
    /// <param name="n">Rows, at least 1.</param>
    /// <param name="k">Columns, at least 1.</param>
    /// <param name="read">Gives rows in order, from the first one to the last.</param>
    /// <param name="pool">Threads to use.</param>
    /// <exception cref="InvalidDataException">A number is not finite and the format cannot hold it.</exception>
    internal static WeightMatrix Pack(WeightFormat format, int n, int k, RowReader read, ComputePool pool)
    {
        WeightMatrix matrix = Create(format, n, k);
        int panelCount = PanelPacking.PanelCount(n);
        int step = Math.Clamp(PackedFloatsMax / PanelWidth / k, 1, panelCount);
        float[] rows = ArrayPool<float>.Shared.Rent(step * PanelWidth * k);
        for (int first = 0; first < panelCount; first += step)
        {
            int count = Math.Min(step, panelCount - first);
            int rowCount = Math.Min(count * PanelWidth, n - (first * PanelWidth));
            read(first * PanelWidth, rows.AsSpan(0, rowCount * k));
            int firstPanel = first;
            pool.Run(count, panel =>
            {
                int row = panel * PanelWidth;
                int end = Math.Min(row + PanelWidth, rowCount);
                matrix.SetPanel(firstPanel + panel, rows.AsSpan(row * k, (end - row) * k));
            });
        }

        ArrayPool<float>.Shared.Return(rows);
        return matrix;
    }

    /// <summary>The <see cref="SizeBytes"/> of a matrix [n, k].</summary>
    public static long Measure(WeightFormat format, int n, int k) => format switch
    {
        WeightFormat.F32 => PanelPacking.Length(n, k) * sizeof(float),
        WeightFormat.BF16 => (PanelPacking.Length(n, k) + 1) / 2 * sizeof(float),
        _ => QuantizedMatrix.MeasureBlocks(format, n, k),
    };

    private static WeightMatrix Create(WeightFormat format, int n, int k) => format switch
    {
        WeightFormat.F32 => new PackedMatrix(n, k),
        WeightFormat.BF16 => new BrainFloatMatrix(n, k),
        _ => new QuantizedMatrix(format, n, k),
    };

    /// <summary>Fills one panel. Different panels may be filled by different threads.</summary>
    /// <param name="panel">Rows panel · 16 and on.</param>
    /// <param name="rows">[16, k], fewer rows in the last panel.</param>
    private protected abstract void SetPanel(int panel, ReadOnlySpan<float> rows);

    /// <summary>Copies one row of the source, as the kernels see it.</summary>
    /// <param name="row">In [0, n).</param>
    /// <param name="destination">[k]</param>
    internal abstract void CopyRow(int row, Span<float> destination);

    /// <summary>c[m, n] = a[m, k] · thisᵀ; with accumulate, the product is added to c.</summary>
    /// <param name="kernels">Instruction sets to use.</param>
    /// <param name="pool">Threads to use.</param>
    /// <param name="a">Rows <paramref name="lda"/> floats apart.</param>
    /// <param name="c">Rows <paramref name="ldc"/> floats apart.</param>
    internal abstract unsafe void Multiply(
        KernelSet kernels, ComputePool pool, float* a, nint lda, float* c, nint ldc, int m, bool accumulate);

    private protected void CheckIndex(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)N);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)K);
    }
}

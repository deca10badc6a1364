namespace Cremona.Inference.Kernels;

/// <summary>A weight matrix [n, k] in the layout of the kernels: panels of 16 rows. Immutable once it is
/// filled.</summary>
public abstract class WeightMatrix
{
    /// <summary>Rows of a panel: output columns that lie side by side.</summary>
    public const int PanelWidth = 16;

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
        for (int panel = 0; panel < PanelPacking.PanelCount(n); panel++) matrix.SetPanelOf(source, panel);
        return matrix;
    }

    /// <summary>As above, on several threads.</summary>
    internal static WeightMatrix Pack(WeightFormat format, float[] source, int n, int k, ComputePool pool)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, (long)n * k, nameof(source));
        WeightMatrix matrix = Create(format, n, k);
        pool.Run(PanelPacking.PanelCount(n), panel => matrix.SetPanelOf(source, panel));
        return matrix;
    }

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

    private void SetPanelOf(ReadOnlySpan<float> source, int panel)
    {
        int row = panel * PanelWidth;
        SetPanel(panel, source.Slice(row * K, Math.Min(PanelWidth, N - row) * K));
    }

    private protected void CheckIndex(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)N);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)K);
    }
}

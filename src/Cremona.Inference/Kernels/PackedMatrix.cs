namespace Cremona.Inference.Kernels;

/// <summary>A float32 weight matrix [n, k]: panels of 16 rows, each stored column by column, so that a kernel reads 16
/// neighbouring outputs' weights for one k from one cache line: [n / 16][k][16]. The last panel is filled up with
/// zeros.</summary>
public sealed unsafe class PackedMatrix : WeightMatrix
{
    private readonly AlignedBuffer _panels;

    internal PackedMatrix(int n, int k)
        : base(n, k) => _panels = new AlignedBuffer(PanelPacking.Length(n, k));

    public override long SizeBytes => (long)_panels.Length * sizeof(float);

    internal float* Panels => _panels.Address;

    public override float this[int row, int column]
    {
        get
        {
            CheckIndex(row, column);
            long panel = row / PanelWidth;
            return _panels.Address[(((panel * K) + column) * PanelWidth) + (row % PanelWidth)];
        }
    }

    /// <summary>Packs a row-major matrix.</summary>
    /// <param name="b">[n, k]</param>
    /// <param name="n">Rows, at least 1.</param>
    /// <param name="k">Columns, at least 1.</param>
    public static PackedMatrix Pack(ReadOnlySpan<float> b, int n, int k) =>
        (PackedMatrix)Pack(WeightFormat.F32, b, n, k);

    private protected override void SetPanel(int panel, ReadOnlySpan<float> rows)
    {
        fixed (float* source = rows)
        {
            float* destination = _panels.Address + ((long)panel * K * PanelWidth);
            PanelPacking.PackRows(source, rows.Length / K, K, 0, destination);
        }
    }

    internal override void CopyRow(int row, Span<float> destination)
    {
        float* source = _panels.Address + ((long)(row / PanelWidth) * K * PanelWidth) + (row % PanelWidth);
        for (int i = 0; i < K; i++) destination[i] = source[(long)i * PanelWidth];
    }

    internal override void Multiply(
        KernelSet kernels, ComputePool pool, float* a, nint lda, float* c, nint ldc, int m, bool accumulate) =>
        MatrixMultiply.Packed(kernels.Level, pool, a, lda, this, c, ldc, m, accumulate);
}

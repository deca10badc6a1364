namespace Cremona.Inference.Kernels;

/// <summary>A weight matrix [n, k] in bfloat16, in the panels of <see cref="PackedMatrix"/>. The kernels widen a few
/// steps at a time and compute as with float32, so results are those of float32 with rounded weights, to the
/// bit.</summary>
public sealed unsafe class BrainFloatMatrix : WeightMatrix
{
    private readonly AlignedBuffer _panels; // two bfloat16 in each float

    internal BrainFloatMatrix(int n, int k)
        : base(n, k)
    {
        _panels = new AlignedBuffer((PanelPacking.Length(n, k) + 1) / 2);
        Panels = (ushort*)_panels.Address;
    }

    public override long SizeBytes => (long)_panels.Length * sizeof(float);

    /// <summary>[n / 16][k][16]</summary>
    internal ushort* Panels { get; }

    /// <summary>[k][16]: rows panel · 16 and on.</summary>
    internal ushort* Panel(int panel) => Panels + ((long)panel * K * PanelWidth);

    public override float this[int row, int column]
    {
        get
        {
            CheckIndex(row, column);
            long panel = row / PanelWidth;
            return BrainFloat.ToSingle(Panels[(((panel * K) + column) * PanelWidth) + (row % PanelWidth)]);
        }
    }

    private protected override void SetPanel(int panel, ReadOnlySpan<float> rows)
    {
        ushort* destination = Panels + ((long)panel * K * PanelWidth);
        int count = rows.Length / K;
        if (count < PanelWidth) new Span<ushort>(destination, K * PanelWidth).Clear();
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> source = rows.Slice(row * K, K);
            for (int i = 0; i < K; i++) destination[(i * PanelWidth) + row] = BrainFloat.FromSingle(source[i]);
        }
    }

    internal override void CopyRow(int row, Span<float> destination)
    {
        ushort* source = Panels + ((long)(row / PanelWidth) * K * PanelWidth) + (row % PanelWidth);
        for (int i = 0; i < K; i++) destination[i] = BrainFloat.ToSingle(source[(long)i * PanelWidth]);
    }

    internal override void Multiply(
        KernelSet kernels, ComputePool pool, float* a, nint lda, float* c, nint ldc, int m, bool accumulate) =>
        MatrixMultiply.Packed(kernels.Level, pool, a, lda, this, c, ldc, m, accumulate);
}

namespace Cremona.Inference.Kernels;

/// <summary>A weight matrix [n, k] laid out for multiplication: panels of 16 rows, each stored column by column, so
/// that a kernel reads 16 neighbouring outputs' weights for one k from one cache line: [n / 16][k][16]. The last panel
/// is filled up with zeros. Immutable.</summary>
public sealed unsafe class PackedMatrix
{
    /// <summary>Output columns of a panel.</summary>
    public const int PanelWidth = 16;

    private readonly AlignedBuffer _panels;

    private PackedMatrix(AlignedBuffer panels, int n, int k)
    {
        _panels = panels;
        N = n;
        K = k;
    }

    /// <summary>Rows of the source, which are columns of the product.</summary>
    public int N { get; }

    /// <summary>Columns of the source: the length of the reduction.</summary>
    public int K { get; }

    /// <summary>Bytes held.</summary>
    public long SizeBytes => (long)_panels.Length * sizeof(float);

    internal float* Panels => _panels.Address;

    /// <summary>The element of the source in this row and column.</summary>
    public float this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)N);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)K);
            long panel = row / PanelWidth;
            return _panels.Address[(((panel * K) + column) * PanelWidth) + (row % PanelWidth)];
        }
    }

    /// <summary>Packs a row-major matrix.</summary>
    /// <param name="b">[n, k]</param>
    /// <param name="n">Rows, at least 1.</param>
    /// <param name="k">Columns, at least 1.</param>
    public static PackedMatrix Pack(ReadOnlySpan<float> b, int n, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, (long)n * k, nameof(b));
        var panels = new AlignedBuffer(PanelPacking.Length(n, k));
        fixed (float* source = b)
        {
            for (int panel = 0; panel < PanelPacking.PanelCount(n); panel++)
            {
                PanelPacking.PackRows(source, n, k, panel, panels.Address);
            }
        }

        return new PackedMatrix(panels, n, k);
    }
}

namespace Cremona.Inference.Kernels;

/// <summary>A weight matrix [n, k] of 8-bit or 4-bit codes in blocks of 32 along k, each with a bfloat16 scale. A block
/// of a panel holds 16 rows interleaved in groups of four steps, so that a kernel multiplies broadcast activations and
/// needs no sum across a vector. n is filled up to panels, k to blocks, with zeros.</summary>
/// <remarks>Values: [n / 16][k / 32] blocks. A block of 8-bit codes is [8 groups][16 rows][4 steps]; one of 4-bit codes
/// is [4 groups][16 rows][4 steps], a byte holding code + 8 of group g in its lower and of group g + 4 in its upper
/// half. Scales: [n / 16][k / 32][16 rows].</remarks>
public sealed unsafe class QuantizedMatrix : WeightMatrix
{
    internal const int BlockSize = BlockQuantization.BlockSize;

    /// <summary>Steps that lie together.</summary>
    internal const int GroupSize = 4;

    /// <summary>Bytes of one group of a panel.</summary>
    internal const int GroupBytes = PanelWidth * GroupSize;

    /// <summary>What is added to 4-bit codes to make them unsigned.</summary>
    internal const int NibbleBias = 8;

    private readonly AlignedBuffer _values;
    private readonly AlignedBuffer _scales;

    internal QuantizedMatrix(WeightFormat format, int n, int k)
        : base(n, k)
    {
        Format = format;
        BlockCount = CountBlocks(k);
        BlockBytes = BytesOfBlock(format);
        long blocks = (long)PanelPacking.PanelCount(n) * BlockCount;
        _values = new AlignedBuffer(blocks * BlockBytes / sizeof(float));
        _scales = new AlignedBuffer(blocks * PanelWidth * sizeof(ushort) / sizeof(float));
    }

    /// <summary>Q8 or Q4.</summary>
    public WeightFormat Format { get; }

    public override long SizeBytes => ((long)_values.Length + _scales.Length) * sizeof(float);

    /// <summary>Blocks along k.</summary>
    internal int BlockCount { get; }

    /// <summary>Bytes of one block of a panel.</summary>
    internal int BlockBytes { get; }

    internal byte* Values => (byte*)_values.Address;

    internal ushort* Scales => (ushort*)_scales.Address;

    public override float this[int row, int column]
    {
        get
        {
            CheckIndex(row, column);
            return Scale(row, column / BlockSize) * Code(row, column);
        }
    }

    /// <summary>The scale of a row's block.</summary>
    internal float Scale(int row, int block) => BrainFloat.ToSingle(
        Scales[((((long)row / PanelWidth * BlockCount) + block) * PanelWidth) + (row % PanelWidth)]);

    /// <summary>The signed code of a weight.</summary>
    internal int Code(int row, int column)
    {
        byte* block = Block(row / PanelWidth, column / BlockSize);
        int group = column % BlockSize / GroupSize;
        int offset = (row % PanelWidth * GroupSize) + (column % GroupSize);
        if (Format == WeightFormat.Q8) return (sbyte)block[(group * GroupBytes) + offset];
        byte pair = block[(group % 4 * GroupBytes) + offset];
        return (group < 4 ? pair & 15 : pair >> 4) - NibbleBias;
    }

    /// <summary>The <see cref="SizeBytes"/> of a matrix [n, k].</summary>
    internal static long MeasureBlocks(WeightFormat format, int n, int k) =>
        (long)PanelPacking.PanelCount(n) * CountBlocks(k) * (BytesOfBlock(format) + (PanelWidth * sizeof(ushort)));

    private static int CountBlocks(int k) => (k + BlockSize - 1) / BlockSize;

    private static int BytesOfBlock(WeightFormat format) =>
        format == WeightFormat.Q8 ? BlockSize * PanelWidth : BlockSize * PanelWidth / 2;

    private protected override void SetPanel(int panel, ReadOnlySpan<float> rows)
    {
        Span<float> weights = stackalloc float[BlockSize];
        Span<sbyte> codes = stackalloc sbyte[BlockSize];
        int count = rows.Length / K;
        for (int block = 0; block < BlockCount; block++)
        {
            byte* target = Block(panel, block);
            ushort* scales = Scales + ((((long)panel * BlockCount) + block) * PanelWidth);
            new Span<byte>(target, BlockBytes).Clear();
            for (int row = 0; row < PanelWidth; row++)
            {
                weights.Clear();
                int first = block * BlockSize;
                if (row < count) rows.Slice((row * K) + first, Math.Min(BlockSize, K - first)).CopyTo(weights);
                RefuseNotFinite(weights, (panel * PanelWidth) + row);
                float scale = Format == WeightFormat.Q8
                    ? BlockQuantization.ToBytes(weights, codes)
                    : BlockQuantization.ToNibbles(weights, codes);
                scales[row] = BrainFloat.FromSingle(scale);
                Place(codes, target + (row * GroupSize));
            }
        }
    }

    internal override void CopyRow(int row, Span<float> destination)
    {
        for (int first = 0; first < K; first += BlockSize)
        {
            float scale = Scale(row, first / BlockSize);
            int end = Math.Min(K, first + BlockSize);
            for (int i = first; i < end; i++) destination[i] = scale * Code(row, i);
        }
    }

    internal override void Multiply(
        KernelSet kernels, ComputePool pool, float* a, nint lda, float* c, nint ldc, int m, bool accumulate) =>
        QuantizedMultiply.Run(kernels.ByteDot, pool, a, lda, this, c, ldc, m, accumulate);

    private byte* Block(int panel, int block) => Values + ((((long)panel * BlockCount) + block) * BlockBytes);

    private void Place(ReadOnlySpan<sbyte> codes, byte* row)
    {
        for (int i = 0; i < BlockSize; i++)
        {
            int group = i / GroupSize;
            int step = i % GroupSize;
            if (Format == WeightFormat.Q8) row[(group * GroupBytes) + step] = (byte)codes[i];
            else row[(group % 4 * GroupBytes) + step] |= (byte)((codes[i] + NibbleBias) << (group < 4 ? 0 : 4));
        }
    }

    private static void RefuseNotFinite(ReadOnlySpan<float> weights, int row)
    {
        foreach (float weight in weights)
        {
            if (float.IsFinite(weight)) continue;
            throw new InvalidDataException(
                $"A weight of row {row} is {weight}; only finite weights can be rounded to integers. Load the model as "
                + $"{WeightFormat.F32} or {WeightFormat.BF16}.");
        }
    }
}

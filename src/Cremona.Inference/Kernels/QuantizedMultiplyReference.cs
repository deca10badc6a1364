namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="QuantizedMultiply"/>. The activations of a block of 32 are rounded to integers
/// of one scale; the sum of a block's integer products is exact; an output is one chain of fused multiply-adds over
/// ascending blocks.</summary>
public static class QuantizedMultiplyReference
{
    private const int BlockSize = BlockQuantization.BlockSize;
    private const float MagnitudeMin = 7.8886091e-31f; // 2^-100
    private const float CodeMax = 127;

    /// <summary>c[m, N] = a[m, K] · bᵀ; with accumulate, the product is added to c.</summary>
    public static void Run(ReadOnlySpan<float> a, QuantizedMatrix b, Span<float> c, int m, bool accumulate = false)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockSize];
        for (int row = 0; row < m; row++)
        {
            Span<float> output = c.Slice(row * b.N, b.N);
            if (!accumulate) output.Clear();
            for (int block = 0; block < b.BlockCount; block++)
            {
                int first = block * BlockSize;
                ReadOnlySpan<float> values = a.Slice((row * b.K) + first, Math.Min(BlockSize, b.K - first));
                float scale = Quantize(values, codes);
                for (int n = 0; n < b.N; n++)
                {
                    int sum = 0;
                    for (int i = 0; i < values.Length; i++) sum += codes[i] * b.Code(n, first + i);
                    output[n] = MathF.FusedMultiplyAdd(sum, b.Scale(n, block) * scale, output[n]);
                }
            }
        }
    }

    private static float Quantize(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        float magnitude = 0;
        foreach (float value in values) magnitude = MathF.Max(magnitude, MathF.Abs(value));
        codes.Clear();
        if (magnitude < MagnitudeMin) return 0;
        float inverse = CodeMax / magnitude;
        for (int i = 0; i < values.Length; i++) codes[i] = (sbyte)MathF.Round(values[i] * inverse);
        return magnitude / CodeMax;
    }
}

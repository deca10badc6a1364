namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="SwiGlu"/>.</summary>
public static class SwiGluReference
{
    public static void Apply(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> result)
    {
        for (int i = 0; i < gate.Length; i++)
        {
            result[i] = (float)(gate[i] / (1 + Math.Exp(-(double)gate[i])) * up[i]);
        }
    }
}

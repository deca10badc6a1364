namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="VectorMath"/>.</summary>
public static class VectorMathReference
{
    public static void Exp(ReadOnlySpan<float> values, Span<float> result)
    {
        for (int i = 0; i < values.Length; i++) result[i] = (float)Math.Exp(values[i]);
    }

    public static float LogSumExp(ReadOnlySpan<float> values)
    {
        double max = double.NegativeInfinity;
        foreach (float value in values) max = Math.Max(max, value);
        if (double.IsInfinity(max)) return (float)max;
        double sum = 0;
        foreach (float value in values) sum += Math.Exp(value - max);
        return (float)(max + Math.Log(sum));
    }
}

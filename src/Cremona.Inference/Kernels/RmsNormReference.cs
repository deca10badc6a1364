namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="RmsNorm"/>.</summary>
public static class RmsNormReference
{
    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> result)
    {
        double sum = 0;
        foreach (float value in x) sum += (double)value * value;
        double scale = 1 / Math.Sqrt((sum / x.Length) + epsilon);
        for (int i = 0; i < x.Length; i++) result[i] = (float)(x[i] * scale * weight[i]);
    }
}

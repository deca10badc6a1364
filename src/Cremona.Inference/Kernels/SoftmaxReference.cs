namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="Softmax"/>.</summary>
public static class SoftmaxReference
{
    public static void Apply(Span<float> values)
    {
        double max = double.NegativeInfinity;
        foreach (float value in values) max = Math.Max(max, value);
        double sum = 0;
        foreach (float value in values) sum += Math.Exp(value - max);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(Math.Exp(values[i] - max) / sum);
    }
}

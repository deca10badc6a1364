using System.Numerics;

namespace Cremona.Training.Backward;

/// <summary>Cross-entropy of one row of logits, fused with its gradient so that the logits are read from memory
/// once.</summary>
public static class CrossEntropy
{
    /// <summary>−log softmax(logits)[target].</summary>
    public static double Loss(ReadOnlySpan<float> logits, int target)
    {
        float max = Max(logits);
        int whole = VectorLanes.Whole(logits.Length);
        var maxima = new Vector<float>(max);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < whole; i += VectorLanes.Width)
            sums += Vector.Exp(VectorLanes.Load(logits, i) - maxima);
        float sum = Vector.Sum(sums);
        for (int i = whole; i < logits.Length; i++)
            sum += MathF.Exp(logits[i] - max);
        return Math.Log(sum) + max - logits[target];
    }

    /// <summary>The loss as <see cref="Loss"/>; the logits are replaced by <paramref name="scale"/> ·
    /// d(loss)/d(logits), which is scale · (softmax − one-hot(target)).</summary>
    public static double LossAndGradient(Span<float> logits, int target, float scale)
    {
        float max = Max(logits);
        float targetLogit = logits[target];
        int whole = VectorLanes.Whole(logits.Length);
        var maxima = new Vector<float>(max);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var e = Vector.Exp(VectorLanes.Load(logits, i) - maxima);
            e.Store(logits, i);
            sums += e;
        }
        float sum = Vector.Sum(sums);
        for (int i = whole; i < logits.Length; i++)
            sum += logits[i] = MathF.Exp(logits[i] - max);
        Elementwise.Scale(logits, scale / sum);
        logits[target] -= scale;
        return Math.Log(sum) + max - targetLogit;
    }

    private static float Max(ReadOnlySpan<float> x)
    {
        int whole = VectorLanes.Whole(x.Length);
        float max = float.NegativeInfinity;
        if (whole > 0)
        {
            var maxima = VectorLanes.Load(x, 0);
            for (int i = VectorLanes.Width; i < whole; i += VectorLanes.Width)
                maxima = Vector.Max(maxima, VectorLanes.Load(x, i));
            for (int lane = 0; lane < VectorLanes.Width; lane++)
                max = MathF.Max(max, maxima[lane]);
        }
        for (int i = whole; i < x.Length; i++)
            max = MathF.Max(max, x[i]);
        return max;
    }
}

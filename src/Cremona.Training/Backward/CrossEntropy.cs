using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Cross-entropy of one row of logits, fused with its gradient so that the logits are read from memory
/// once.</summary>
public static unsafe class CrossEntropy
{
    /// <summary>−log softmax(logits)[target]. The logits are used up: what is left there has no meaning.</summary>
    public static double Loss(Span<float> logits, int target)
    {
        float targetLogit = logits[target];
        return LogSum(logits, out _) - targetLogit;
    }

    /// <summary>The loss as <see cref="Loss"/>; the logits are replaced by <paramref name="scale"/> ·
    /// d(loss)/d(logits), which is scale · (softmax − one-hot(target)).</summary>
    public static double LossAndGradient(Span<float> logits, int target, float scale)
    {
        float targetLogit = logits[target];
        double logSum = LogSum(logits, out float sum);
        Elementwise.Scale(logits, scale / sum);
        logits[target] -= scale;
        return logSum - targetLogit;
    }

    /// <summary>The cross-entropy to a teacher's distribution, −Σ p · log softmax(logits), with its gradient as in
    /// <see cref="LossAndGradient(Span{float}, int, float)"/>: scale · (softmax − p).</summary>
    public static double LossAndGradient(Span<float> logits, TokenDistribution target, float scale)
    {
        double expected = 0;
        for (int i = 0; i < target.Ids.Length; i++) expected += target.Probabilities[i] * (double)logits[target.Ids[i]];
        double logSum = LogSum(logits, out float sum);
        Elementwise.Scale(logits, scale / sum);
        for (int i = 0; i < target.Ids.Length; i++) logits[target.Ids[i]] -= scale * target.Probabilities[i];
        return logSum - expected;
    }

    /// <summary>Replaces each logit by e^(logit − max); returns the logarithm of the sum of e^logit.</summary>
    private static double LogSum(Span<float> logits, out float sum)
    {
        fixed (float* x = logits)
        {
            (float max, sum) = InstructionSet.Current switch
            {
                SimdLevel.Avx512 => Exponentials<Simd512, Vector512<float>>(x, logits.Length),
                SimdLevel.Avx2 => Exponentials<Simd256, Vector256<float>>(x, logits.Length),
                _ => Exponentials<Simd128, Vector128<float>>(x, logits.Length),
            };
            return Math.Log(sum) + max;
        }
    }

    private static (float Max, float Sum) Exponentials<TSimd, TVector>(float* x, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float max = VectorMath.Max<TSimd, TVector>(x, length);
        return (max, VectorMath.SumOfExp<TSimd, TVector>(x, max, x, length));
    }
}

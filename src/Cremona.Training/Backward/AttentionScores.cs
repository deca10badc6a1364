using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Row kernels of causal attention: softmax of scores and its gradient. A row is padded to a whole number of
/// vectors; what lies outside the keys it may see is masked.</summary>
internal static unsafe class AttentionScores
{
    /// <summary>Rows are padded to a multiple of this many scores: two of the widest vectors.</summary>
    public const int Tile = 32;

    /// <summary>Scaled scores become probabilities, zero outside <paramref name="seen"/>; returns the logarithm of the
    /// sum of their exponentials.</summary>
    /// <param name="scores">[width]</param>
    /// <param name="seen">Keys that the query may see, at least 1, from the start.</param>
    /// <param name="width">A multiple of <see cref="Tile"/>.</param>
    public static float Softmax(float* scores, Range seen, int width) => InstructionSet.Current switch
    {
        SimdLevel.Avx512 => Softmax<Simd512, Vector512<float>>(scores, seen, width),
        SimdLevel.Avx2 => Softmax<Simd256, Vector256<float>>(scores, seen, width),
        _ => Softmax<Simd128, Vector128<float>>(scores, seen, width),
    };

    /// <summary>Scaled scores become probabilities again, and <paramref name="dScores"/>, which holds the gradients of
    /// the probabilities, becomes that of the unscaled scores: p · (dp − pull) · scale.</summary>
    /// <param name="scores">[width]</param>
    /// <param name="dScores">[width]</param>
    /// <param name="seen">Keys that the query may see.</param>
    /// <param name="width">A multiple of <see cref="Tile"/>.</param>
    /// <param name="logSum">What <see cref="Softmax(float*, Range, int)"/> returned for the row.</param>
    /// <param name="pull">Σ p · dp, which equals the dot product of the head's output and its gradient.</param>
    /// <param name="scale">Factor between unscaled and scaled scores.</param>
    public static void Gradient(
        float* scores, float* dScores, Range seen, int width, float logSum, float pull, float scale)
    {
        switch (InstructionSet.Current)
        {
            case SimdLevel.Avx512:
                Gradient<Simd512, Vector512<float>>(scores, dScores, seen, width, logSum, pull, scale);
                break;
            case SimdLevel.Avx2:
                Gradient<Simd256, Vector256<float>>(scores, dScores, seen, width, logSum, pull, scale);
                break;
            default:
                Gradient<Simd128, Vector128<float>>(scores, dScores, seen, width, logSum, pull, scale);
                break;
        }
    }

    private static float Softmax<TSimd, TVector>(float* scores, Range seen, int width)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Mask(scores, seen, width);
        float max = VectorMath.Max<TSimd, TVector>(scores, width);
        float sum = VectorMath.SumOfExp<TSimd, TVector>(scores, max, scores, width);
        Mask(scores, seen, width, 0);
        Elementwise.Scale(new Span<float>(scores, width)[seen], 1 / sum);
        return max + MathF.Log(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gradient<TSimd, TVector>(
        float* scores, float* dScores, Range seen, int width, float logSum, float pull, float scale)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector shifts = TSimd.Broadcast(logSum);
        TVector pulls = TSimd.Broadcast(pull);
        TVector scales = TSimd.Broadcast(scale);
        for (int i = 0; i < width; i += TSimd.Width)
        {
            TVector p = VectorMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Load(scores + i), shifts));
            TVector d = TSimd.Multiply(TSimd.Subtract(TSimd.Load(dScores + i), pulls), scales);
            TSimd.Store(scores + i, p);
            TSimd.Store(dScores + i, TSimd.Multiply(p, d));
        }
        Mask(scores, seen, width, 0);
        Mask(dScores, seen, width, 0);
    }

    private static void Mask(float* scores, Range seen, int width, float filler = float.NegativeInfinity)
    {
        var row = new Span<float>(scores, width);
        row[..seen.Start].Fill(filler);
        row[seen.End..].Fill(filler);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>result = x · weight / sqrt(mean(x²) + ε) for one row. Zhang and Sennrich, 2019.</summary>
public static unsafe class RmsNorm
{
    /// <param name="x">[n]; may be the result.</param>
    /// <param name="weight">[n]</param>
    /// <param name="epsilon">Keeps the root from zero.</param>
    /// <param name="result">[n]</param>
    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> result) =>
        Apply(InstructionSet.Current, x, weight, epsilon, result);

    internal static void Apply(
        SimdLevel level, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> result)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weight.Length, x.Length, nameof(weight));
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, x.Length, nameof(result));
        fixed (float* px = x, pw = weight, py = result)
        {
            switch (level)
            {
                case SimdLevel.Avx512:
                    Apply<Simd512, Vector512<float>>(px, pw, epsilon, py, x.Length);
                    break;
                case SimdLevel.Avx2:
                    Apply<Simd256, Vector256<float>>(px, pw, epsilon, py, x.Length);
                    break;
                case SimdLevel.Vector128:
                    Apply<Simd128, Vector128<float>>(px, pw, epsilon, py, x.Length);
                    break;
                default:
                    RmsNormReference.Apply(x, weight, epsilon, result);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TSimd, TVector>(float* x, float* weight, float epsilon, float* result, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector squares = TSimd.Zero;
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TVector value = TSimd.Load(x + i);
            squares = TSimd.MultiplyAdd(value, value, squares);
        }

        float sum = TSimd.Sum(squares);
        for (; i < length; i++) sum += x[i] * x[i];
        float scale = 1 / MathF.Sqrt((sum / length) + epsilon);
        TVector scales = TSimd.Broadcast(scale);
        for (i = 0; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TVector value = TSimd.Multiply(TSimd.Load(x + i), scales);
            TSimd.Store(result + i, TSimd.Multiply(value, TSimd.Load(weight + i)));
        }

        for (; i < length; i++) result[i] = x[i] * scale * weight[i];
    }
}

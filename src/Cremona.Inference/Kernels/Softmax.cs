using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>values[i] = e^values[i] / sum of e^values, in place. The result of a row depends on that row
/// alone.</summary>
public static unsafe class Softmax
{
    /// <param name="values">One row, at least one value of which is finite.</param>
    public static void Apply(Span<float> values) => Apply(InstructionSet.Current, values);

    internal static void Apply(SimdLevel level, Span<float> values)
    {
        fixed (float* x = values)
        {
            switch (level)
            {
                case SimdLevel.Avx512:
                    Apply<Simd512, Vector512<float>>(x, values.Length);
                    break;
                case SimdLevel.Avx2:
                    Apply<Simd256, Vector256<float>>(x, values.Length);
                    break;
                case SimdLevel.Vector128:
                    Apply<Simd128, Vector128<float>>(x, values.Length);
                    break;
                default:
                    SoftmaxReference.Apply(values);
                    break;
            }
        }
    }

    internal static void Apply<TSimd, TVector>(float* x, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float max = VectorMath.Max<TSimd, TVector>(x, length);
        float factor = 1 / VectorMath.SumOfExp<TSimd, TVector>(x, max, x, length);
        TVector factors = TSimd.Broadcast(factor);
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TSimd.Store(x + i, TSimd.Multiply(TSimd.Load(x + i), factors));
        }

        for (; i < length; i++) x[i] *= factor;
    }
}

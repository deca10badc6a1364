using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Bench;

/// <summary>Fused multiply-adds on registers alone: what the machine could do at most in one instruction set.</summary>
internal static unsafe class PeakLoop
{
    private const int Chains = 12;

    /// <summary>Operations (two per multiply-add and lane) of one call on one thread.</summary>
    public static long Operations(SimdLevel level, int steps) => 2L * Chains * Width(level) * steps;

    public static float Run(SimdLevel level, int steps) => level switch
    {
        SimdLevel.Avx512 => Run<Simd512, Vector512<float>>(steps),
        SimdLevel.Avx2 => Run<Simd256, Vector256<float>>(steps),
        _ => Run<Simd128, Vector128<float>>(steps),
    };

    private static int Width(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => Simd512.Width,
        SimdLevel.Avx2 => Simd256.Width,
        _ => Simd128.Width,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run<TSimd, TVector>(int steps)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector x = TSimd.Broadcast(0.999f), y = TSimd.Broadcast(0.001f);
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (; steps > 0; steps--)
        {
            a = TSimd.MultiplyAdd(a, x, y);
            b = TSimd.MultiplyAdd(b, x, y);
            c = TSimd.MultiplyAdd(c, x, y);
            d = TSimd.MultiplyAdd(d, x, y);
            e = TSimd.MultiplyAdd(e, x, y);
            f = TSimd.MultiplyAdd(f, x, y);
            g = TSimd.MultiplyAdd(g, x, y);
            h = TSimd.MultiplyAdd(h, x, y);
            i = TSimd.MultiplyAdd(i, x, y);
            j = TSimd.MultiplyAdd(j, x, y);
            k = TSimd.MultiplyAdd(k, x, y);
            l = TSimd.MultiplyAdd(l, x, y);
        }

        TVector first = TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d));
        TVector second = TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h));
        TVector third = TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l));
        return TSimd.Sum(TSimd.Add(TSimd.Add(first, second), third));
    }
}

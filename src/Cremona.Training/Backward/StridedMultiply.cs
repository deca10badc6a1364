using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Small single-threaded matrix product over strided views: the heads of attention are columns of a wider
/// matrix, and their products are too small to be packed and shared between threads. The left side is read with two
/// strides, so transposed and plain are one kernel. Every element of c is one fused multiply-add chain over k in
/// ascending order, whatever the tile, so results do not depend on the shape around them.</summary>
public static unsafe class StridedMultiply
{
    private const int TileRows = 4;

    /// <summary>c[i, j] (+)= Σ over p of a[i · aRow + p · aStep] · b[p · bRow + j], c with row stride cRow;
    /// i below m, j below n, p below k.</summary>
    public static void Run(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate)
    {
        switch (InstructionSet.Current)
        {
            case SimdLevel.Avx512:
                Run<Simd512, Vector512<float>>(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
                break;
            case SimdLevel.Avx2:
                Run<Simd256, Vector256<float>>(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
                break;
            case SimdLevel.Vector128:
                Run<Simd128, Vector128<float>>(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
                break;
            default:
                Reference(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
                break;
        }
    }

    /// <summary>The specification of
    /// <see cref="Run(float*, int, int, float*, int, float*, int, int, int, int, bool)"/>.</summary>
    public static void Reference(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate)
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                Element(a + (i * aRow), aStep, b + j, bRow, c + (i * cRow) + j, k, accumulate);
    }

    internal static void Run<TSimd, TVector>(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate)
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        int width = TSimd.Width;
        int i = 0;
        for (; i + TileRows <= m; i += TileRows)
        {
            float* left = a + (i * aRow);
            float* output = c + (i * cRow);
            int j = 0;
            for (; j + (2 * width) <= n; j += 2 * width)
                FourByTwo<TSimd, TVector>(left, aRow, aStep, b + j, bRow, output + j, cRow, k, accumulate);
            for (int row = 0; row < TileRows; row++)
                OneRow<TSimd, TVector>(
                    left + (row * aRow), aStep, b + j, bRow, output + (row * cRow) + j, n - j, k, accumulate);
        }
        for (; i < m; i++)
            OneRow<TSimd, TVector>(a + (i * aRow), aStep, b, bRow, c + (i * cRow), n, k, accumulate);
    }

    private static void FourByTwo<TSimd, TVector>(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int k, bool accumulate)
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        int width = TSimd.Width;
        float* c1 = c + cRow;
        float* c2 = c1 + cRow;
        float* c3 = c2 + cRow;
        TVector s00 = default, s01 = default, s10 = default, s11 = default;
        TVector s20 = default, s21 = default, s30 = default, s31 = default;
        if (accumulate)
        {
            (s00, s01) = (TSimd.Load(c), TSimd.Load(c + width));
            (s10, s11) = (TSimd.Load(c1), TSimd.Load(c1 + width));
            (s20, s21) = (TSimd.Load(c2), TSimd.Load(c2 + width));
            (s30, s31) = (TSimd.Load(c3), TSimd.Load(c3 + width));
        }
        for (int p = 0; p < k; p++)
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + width);
            var x = TSimd.Broadcast(*a);
            s00 = TSimd.MultiplyAdd(x, b0, s00);
            s01 = TSimd.MultiplyAdd(x, b1, s01);
            x = TSimd.Broadcast(a[aRow]);
            s10 = TSimd.MultiplyAdd(x, b0, s10);
            s11 = TSimd.MultiplyAdd(x, b1, s11);
            x = TSimd.Broadcast(a[2 * aRow]);
            s20 = TSimd.MultiplyAdd(x, b0, s20);
            s21 = TSimd.MultiplyAdd(x, b1, s21);
            x = TSimd.Broadcast(a[3 * aRow]);
            s30 = TSimd.MultiplyAdd(x, b0, s30);
            s31 = TSimd.MultiplyAdd(x, b1, s31);
            a += aStep;
            b += bRow;
        }
        TSimd.Store(c, s00);
        TSimd.Store(c + width, s01);
        TSimd.Store(c1, s10);
        TSimd.Store(c1 + width, s11);
        TSimd.Store(c2, s20);
        TSimd.Store(c2 + width, s21);
        TSimd.Store(c3, s30);
        TSimd.Store(c3 + width, s31);
    }

    private static void OneRow<TSimd, TVector>(
        float* a, int aStep, float* b, int bRow, float* c, int n, int k, bool accumulate)
        where TVector : struct
        where TSimd : ISimd<TVector>
    {
        int j = 0;
        for (; j + TSimd.Width <= n; j += TSimd.Width)
        {
            TVector sum = accumulate ? TSimd.Load(c + j) : default;
            for (int p = 0; p < k; p++)
                sum = TSimd.MultiplyAdd(TSimd.Broadcast(a[p * aStep]), TSimd.Load(b + (p * bRow) + j), sum);
            TSimd.Store(c + j, sum);
        }
        for (; j < n; j++)
            Element(a, aStep, b + j, bRow, c + j, k, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Element(float* a, int aStep, float* b, int bRow, float* c, int k, bool accumulate)
    {
        float sum = accumulate ? *c : 0;
        for (int p = 0; p < k; p++)
            sum = MathF.FusedMultiplyAdd(a[p * aStep], b[p * bRow], sum);
        *c = sum;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
        if (Vector512.IsHardwareAccelerated)
            Run<Vector512<float>, FloatVector512>(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
        else
            Run<Vector256<float>, FloatVector256>(a, aRow, aStep, b, bRow, c, cRow, m, n, k, accumulate);
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

    internal static void Run<TVector, TLanes>(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate)
        where TVector : struct
        where TLanes : IFloatVector<TVector>
    {
        int width = TLanes.Width;
        int i = 0;
        for (; i + TileRows <= m; i += TileRows)
        {
            float* left = a + (i * aRow);
            float* output = c + (i * cRow);
            int j = 0;
            for (; j + (2 * width) <= n; j += 2 * width)
                FourByTwo<TVector, TLanes>(left, aRow, aStep, b + j, bRow, output + j, cRow, k, accumulate);
            for (int row = 0; row < TileRows; row++)
                OneRow<TVector, TLanes>(
                    left + (row * aRow), aStep, b + j, bRow, output + (row * cRow) + j, n - j, k, accumulate);
        }
        for (; i < m; i++)
            OneRow<TVector, TLanes>(a + (i * aRow), aStep, b, bRow, c + (i * cRow), n, k, accumulate);
    }

    private static void FourByTwo<TVector, TLanes>(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int k, bool accumulate)
        where TVector : struct
        where TLanes : IFloatVector<TVector>
    {
        int width = TLanes.Width;
        float* c1 = c + cRow;
        float* c2 = c1 + cRow;
        float* c3 = c2 + cRow;
        TVector s00 = default, s01 = default, s10 = default, s11 = default;
        TVector s20 = default, s21 = default, s30 = default, s31 = default;
        if (accumulate)
        {
            (s00, s01) = (TLanes.Load(c), TLanes.Load(c + width));
            (s10, s11) = (TLanes.Load(c1), TLanes.Load(c1 + width));
            (s20, s21) = (TLanes.Load(c2), TLanes.Load(c2 + width));
            (s30, s31) = (TLanes.Load(c3), TLanes.Load(c3 + width));
        }
        for (int p = 0; p < k; p++)
        {
            var b0 = TLanes.Load(b);
            var b1 = TLanes.Load(b + width);
            var x = TLanes.Broadcast(a);
            s00 = TLanes.MultiplyAdd(x, b0, s00);
            s01 = TLanes.MultiplyAdd(x, b1, s01);
            x = TLanes.Broadcast(a + aRow);
            s10 = TLanes.MultiplyAdd(x, b0, s10);
            s11 = TLanes.MultiplyAdd(x, b1, s11);
            x = TLanes.Broadcast(a + (2 * aRow));
            s20 = TLanes.MultiplyAdd(x, b0, s20);
            s21 = TLanes.MultiplyAdd(x, b1, s21);
            x = TLanes.Broadcast(a + (3 * aRow));
            s30 = TLanes.MultiplyAdd(x, b0, s30);
            s31 = TLanes.MultiplyAdd(x, b1, s31);
            a += aStep;
            b += bRow;
        }
        TLanes.Store(s00, c);
        TLanes.Store(s01, c + width);
        TLanes.Store(s10, c1);
        TLanes.Store(s11, c1 + width);
        TLanes.Store(s20, c2);
        TLanes.Store(s21, c2 + width);
        TLanes.Store(s30, c3);
        TLanes.Store(s31, c3 + width);
    }

    private static void OneRow<TVector, TLanes>(
        float* a, int aStep, float* b, int bRow, float* c, int n, int k, bool accumulate)
        where TVector : struct
        where TLanes : IFloatVector<TVector>
    {
        int j = 0;
        for (; j + TLanes.Width <= n; j += TLanes.Width)
        {
            TVector sum = accumulate ? TLanes.Load(c + j) : default;
            for (int p = 0; p < k; p++)
                sum = TLanes.MultiplyAdd(TLanes.Broadcast(a + (p * aStep)), TLanes.Load(b + (p * bRow) + j), sum);
            TLanes.Store(sum, c + j);
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

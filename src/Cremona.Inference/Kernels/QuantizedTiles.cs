using System.Runtime.CompilerServices;

namespace Cremona.Inference.Kernels;

/// <summary>The innermost loops of the quantised multiplication: 4 rows or 1 row of activations by 2 vectors of
/// outputs.</summary>
internal static unsafe class QuantizedTiles<TDot, TInteger, TFloat>
    where TDot : struct, IByteDot<TInteger, TFloat>
    where TInteger : struct
    where TFloat : struct
{
    private const int GroupSize = QuantizedMatrix.GroupSize;
    private const int GroupBytes = QuantizedMatrix.GroupBytes;
    private const int BlockSize = QuantizedMatrix.BlockSize;
    private const int HalfBlock = BlockSize / 2;

    // Bytes of weights asked for in advance; the hardware's own look-ahead ends at every page.
    private const int LookAhead = 2048;

    /// <summary>4 rows, 4-bit weights.</summary>
    /// <param name="a">The rows; the first is row <paramref name="row"/>.</param>
    /// <param name="row">First row.</param>
    /// <param name="b">First vector of outputs.</param>
    /// <param name="d">Second vector of outputs.</param>
    /// <param name="c">[4, 2 vectors], read and written, rows <paramref name="ldc"/> floats apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Nibbles4(in QuantizedRows a, int row, WeightVector b, WeightVector d, float* c, nint ldc)
    {
        nint stride = a.Stride;
        byte* codes = a.Address + (row * stride);
        float* scales = a.Scales(row);
        int* corrections = a.Corrections(row);
        nint scaleStride = stride / sizeof(float);
        float* e = c + TDot.Lanes;
        TFloat t0 = TDot.LoadTotals(c), t1 = TDot.LoadTotals(c + ldc);
        TFloat t2 = TDot.LoadTotals(c + (2 * ldc)), t3 = TDot.LoadTotals(c + (3 * ldc));
        TFloat u0 = TDot.LoadTotals(e), u1 = TDot.LoadTotals(e + ldc);
        TFloat u2 = TDot.LoadTotals(e + (2 * ldc)), u3 = TDot.LoadTotals(e + (3 * ldc));
        byte* bv = b.Values, dv = d.Values;
        ushort* bs = b.Scales, ds = d.Scales;
        for (int block = 0; block < a.BlockCount; block++, scales++, corrections++)
        {
            TInteger p0 = TDot.Zero, p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
            for (int group = 0; group < 4; group++, codes += GroupSize, bv += GroupBytes, dv += GroupBytes)
            {
                TInteger x = TDot.Load(bv), y = TDot.Load(dv);
                TInteger v = TDot.LowNibbles(x), w = TDot.LowNibbles(y);
                StepNibbles(codes, v, w, ref p0, ref q0);
                StepNibbles(codes + stride, v, w, ref p1, ref q1);
                StepNibbles(codes + (2 * stride), v, w, ref p2, ref q2);
                StepNibbles(codes + (3 * stride), v, w, ref p3, ref q3);
                v = TDot.HighNibbles(x);
                w = TDot.HighNibbles(y);
                StepNibbles(codes + HalfBlock, v, w, ref p0, ref q0);
                StepNibbles(codes + HalfBlock + stride, v, w, ref p1, ref q1);
                StepNibbles(codes + HalfBlock + (2 * stride), v, w, ref p2, ref q2);
                StepNibbles(codes + HalfBlock + (3 * stride), v, w, ref p3, ref q3);
            }

            codes += HalfBlock;
            TFloat r = TDot.LoadScales(bs), s = TDot.LoadScales(ds);
            bs += QuantizedMatrix.PanelWidth;
            ds += QuantizedMatrix.PanelWidth;
            EndNibbles(p0, q0, r, s, scales, corrections, ref t0, ref u0);
            EndNibbles(p1, q1, r, s, scales + scaleStride, corrections + scaleStride, ref t1, ref u1);
            EndNibbles(p2, q2, r, s, scales + (2 * scaleStride), corrections + (2 * scaleStride), ref t2, ref u2);
            EndNibbles(p3, q3, r, s, scales + (3 * scaleStride), corrections + (3 * scaleStride), ref t3, ref u3);
        }

        Save(c, e, t0, u0);
        Save(c + ldc, e + ldc, t1, u1);
        Save(c + (2 * ldc), e + (2 * ldc), t2, u2);
        Save(c + (3 * ldc), e + (3 * ldc), t3, u3);
    }

    /// <summary>1 row, 4-bit weights. Parameters as for 4 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Nibbles1(in QuantizedRows a, int row, WeightVector b, WeightVector d, float* c)
    {
        byte* codes = a.Address + (row * a.Stride);
        float* scales = a.Scales(row);
        int* corrections = a.Corrections(row);
        float* e = c + TDot.Lanes;
        TFloat t = TDot.LoadTotals(c), u = TDot.LoadTotals(e);
        byte* bv = b.Values, dv = d.Values;
        ushort* bs = b.Scales, ds = d.Scales;
        for (int block = 0; block < a.BlockCount; block++, scales++, corrections++)
        {
            TInteger p = TDot.Zero, q = TDot.Zero;
            for (int group = 0; group < 4; group++, codes += GroupSize, bv += GroupBytes, dv += GroupBytes)
            {
                Prefetch(bv + LookAhead);
                TInteger x = TDot.Load(bv), y = TDot.Load(dv);
                StepNibbles(codes, TDot.LowNibbles(x), TDot.LowNibbles(y), ref p, ref q);
                StepNibbles(codes + HalfBlock, TDot.HighNibbles(x), TDot.HighNibbles(y), ref p, ref q);
            }

            codes += HalfBlock;
            EndNibbles(p, q, TDot.LoadScales(bs), TDot.LoadScales(ds), scales, corrections, ref t, ref u);
            bs += QuantizedMatrix.PanelWidth;
            ds += QuantizedMatrix.PanelWidth;
        }

        Save(c, e, t, u);
    }

    /// <summary>4 rows, 8-bit weights. Parameters as for 4-bit weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bytes4(in QuantizedRows a, int row, WeightVector b, WeightVector d, float* c, nint ldc)
    {
        nint stride = a.Stride;
        nint plane = a.Plane;
        byte* codes = FirstPlane(in a, row);
        float* scales = a.Scales(row);
        int* corrections = a.Corrections(row);
        nint scaleStride = stride / sizeof(float);
        float* e = c + TDot.Lanes;
        TFloat t0 = TDot.LoadTotals(c), t1 = TDot.LoadTotals(c + ldc);
        TFloat t2 = TDot.LoadTotals(c + (2 * ldc)), t3 = TDot.LoadTotals(c + (3 * ldc));
        TFloat u0 = TDot.LoadTotals(e), u1 = TDot.LoadTotals(e + ldc);
        TFloat u2 = TDot.LoadTotals(e + (2 * ldc)), u3 = TDot.LoadTotals(e + (3 * ldc));
        byte* bv = b.Values, dv = d.Values;
        ushort* bs = b.Scales, ds = d.Scales;
        for (int block = 0; block < a.BlockCount; block++, scales++, corrections++)
        {
            TInteger p0 = TDot.Zero, p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
            for (int group = 0; group < 8; group++, codes += GroupSize, bv += GroupBytes, dv += GroupBytes)
            {
                TInteger v = TDot.PrepareBytes(TDot.Load(bv)), w = TDot.PrepareBytes(TDot.Load(dv));
                StepBytes(codes, plane, v, w, ref p0, ref q0);
                StepBytes(codes + stride, plane, v, w, ref p1, ref q1);
                StepBytes(codes + (2 * stride), plane, v, w, ref p2, ref q2);
                StepBytes(codes + (3 * stride), plane, v, w, ref p3, ref q3);
            }

            TFloat r = TDot.LoadScales(bs), s = TDot.LoadScales(ds);
            bs += QuantizedMatrix.PanelWidth;
            ds += QuantizedMatrix.PanelWidth;
            End(p0, q0, r, s, scales, corrections, ref t0, ref u0);
            End(p1, q1, r, s, scales + scaleStride, corrections + scaleStride, ref t1, ref u1);
            End(p2, q2, r, s, scales + (2 * scaleStride), corrections + (2 * scaleStride), ref t2, ref u2);
            End(p3, q3, r, s, scales + (3 * scaleStride), corrections + (3 * scaleStride), ref t3, ref u3);
        }

        Save(c, e, t0, u0);
        Save(c + ldc, e + ldc, t1, u1);
        Save(c + (2 * ldc), e + (2 * ldc), t2, u2);
        Save(c + (3 * ldc), e + (3 * ldc), t3, u3);
    }

    /// <summary>1 row, 8-bit weights. Parameters as for 4-bit weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bytes1(in QuantizedRows a, int row, WeightVector b, WeightVector d, float* c)
    {
        nint plane = a.Plane;
        byte* codes = FirstPlane(in a, row);
        float* scales = a.Scales(row);
        int* corrections = a.Corrections(row);
        float* e = c + TDot.Lanes;
        TFloat t = TDot.LoadTotals(c), u = TDot.LoadTotals(e);
        byte* bv = b.Values, dv = d.Values;
        ushort* bs = b.Scales, ds = d.Scales;
        for (int block = 0; block < a.BlockCount; block++, scales++, corrections++)
        {
            // Two chains each, because an addition waits for the one before.
            TInteger p0 = TDot.Zero, p1 = p0, q0 = p0, q1 = p0;
            for (int group = 0; group < 4; group++)
            {
                Prefetch(bv + LookAhead);
                Prefetch(bv + LookAhead + GroupBytes);
                TInteger v = TDot.PrepareBytes(TDot.Load(bv)), w = TDot.PrepareBytes(TDot.Load(dv));
                StepBytes(codes, plane, v, w, ref p0, ref q0);
                v = TDot.PrepareBytes(TDot.Load(bv + GroupBytes));
                w = TDot.PrepareBytes(TDot.Load(dv + GroupBytes));
                StepBytes(codes + GroupSize, plane, v, w, ref p1, ref q1);
                codes += 2 * GroupSize;
                bv += 2 * GroupBytes;
                dv += 2 * GroupBytes;
            }

            End(
                TDot.Add(p0, p1), TDot.Add(q0, q1), TDot.LoadScales(bs), TDot.LoadScales(ds), scales, corrections,
                ref t, ref u);
            bs += QuantizedMatrix.PanelWidth;
            ds += QuantizedMatrix.PanelWidth;
        }

        Save(c, e, t, u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* FirstPlane(in QuantizedRows a, int row) =>
        a.Address + (row * a.Stride) + (TDot.BytesCorrection.IsSplit ? a.Plane : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepNibbles(byte* codes, TInteger v, TInteger w, ref TInteger p, ref TInteger q)
    {
        TInteger x = TDot.Broadcast(codes);
        p = TDot.AddNibbles(p, v, x);
        q = TDot.AddNibbles(q, w, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepBytes(byte* codes, nint plane, TInteger v, TInteger w, ref TInteger p, ref TInteger q)
    {
        TInteger x = TDot.Broadcast(codes);
        TInteger signs = TDot.BytesCorrection.IsSplit ? TDot.Broadcast(codes + plane) : x;
        p = TDot.AddBytes(p, v, x, signs);
        q = TDot.AddBytes(q, w, x, signs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndNibbles(
        TInteger p, TInteger q, TFloat r, TFloat s, float* scale, int* correction, ref TFloat t, ref TFloat u) =>
        End(TDot.WidenNibbles(p), TDot.WidenNibbles(q), r, s, scale, correction, ref t, ref u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End(
        TInteger p, TInteger q, TFloat r, TFloat s, float* scale, int* correction, ref TFloat t, ref TFloat u)
    {
        t = TDot.AddScaled(t, p, *correction, r, *scale);
        u = TDot.AddScaled(u, q, *correction, s, *scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Save(float* c, float* e, TFloat t, TFloat u)
    {
        TDot.StoreTotals(c, t);
        TDot.StoreTotals(e, u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* address)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported) System.Runtime.Intrinsics.X86.Sse.Prefetch0(address);
    }
}

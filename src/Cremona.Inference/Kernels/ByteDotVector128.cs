using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Cremona.Inference.Kernels;

/// <summary>128-bit vectors of any machine. Both operands are signed, so nothing has to be corrected: ARM's sdot where
/// it is there, otherwise products widened to 16 bits.</summary>
internal readonly unsafe struct ByteDotVector128 : IByteDot<Vector128<int>, Vector128<float>>
{
    public static int Lanes => Vector128<int>.Count;

    public static ByteCorrection BytesCorrection => ByteCorrection.None;

    public static Vector128<int> Zero => Vector128<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(byte* source) => Vector128.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(byte* source) => Vector128.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LowNibbles(Vector128<int> weights) => weights & Vector128.Create((byte)15).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> HighNibbles(Vector128<int> weights) =>
        (weights >>> 4) & Vector128.Create((byte)15).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddNibbles(Vector128<int> sums, Vector128<int> weights, Vector128<int> activations) =>
        AddBytes(sums, weights, activations, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> WidenNibbles(Vector128<int> sums) => sums;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> PrepareBytes(Vector128<int> weights) => weights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddBytes(
        Vector128<int> sums, Vector128<int> weights, Vector128<int> activations, Vector128<int> signs)
    {
        if (Dp.IsSupported) return Dp.DotProduct(sums, weights.AsSByte(), activations.AsSByte());

        (Vector128<short> w0, Vector128<short> w1) = Vector128.Widen(weights.AsSByte());
        (Vector128<short> a0, Vector128<short> a1) = Vector128.Widen(activations.AsSByte());
        Vector128<int> low = AddPairs((w0 * a0).AsInt32()); // two lanes for each output
        Vector128<int> high = AddPairs((w1 * a1).AsInt32());
        Vector128<int> even = Vector128.Create(low[0], low[2], high[0], high[2]);
        Vector128<int> odd = Vector128.Create(low[1], low[3], high[1], high[3]);
        return sums + even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadScales(ushort* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()).AsInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddScaled(
        Vector128<float> totals, Vector128<int> sums, int correction, Vector128<float> weightScales,
        float activationScale) =>
        Simd128.MultiplyAdd(
            Vector128.ConvertToSingle(sums - Vector128.Create(correction)), weightScales * activationScale, totals);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadTotals(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTotals(float* destination, Vector128<float> totals) => totals.Store(destination);

    // Pairs of 16-bit products, signed, as 32-bit sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> AddPairs(Vector128<int> products) => ((products << 16) >> 16) + (products >> 16);
}

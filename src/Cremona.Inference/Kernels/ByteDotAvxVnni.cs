using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>256-bit vectors with AVX-VNNI: vpdpbusd adds four products of an unsigned and a signed byte to a 32-bit
/// lane. 8-bit weights are raised by 128 to be unsigned.</summary>
internal readonly unsafe struct ByteDotAvxVnni : IByteDot<Vector256<int>, Vector256<float>>
{
    public static int Lanes => Vector256<int>.Count;

    public static ByteCorrection BytesCorrection => new(128, false);

    public static Vector256<int> Zero => Vector256<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => ByteDotAvx2.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(byte* source) => ByteDotAvx2.Broadcast(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LowNibbles(Vector256<int> weights) => ByteDotAvx2.LowNibbles(weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> HighNibbles(Vector256<int> weights) => ByteDotAvx2.HighNibbles(weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddNibbles(Vector256<int> sums, Vector256<int> weights, Vector256<int> activations) =>
        AvxVnni.MultiplyWideningAndAdd(sums, weights.AsByte(), activations.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> WidenNibbles(Vector256<int> sums) => sums;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> PrepareBytes(Vector256<int> weights) =>
        weights ^ Vector256.Create((byte)0x80).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddBytes(
        Vector256<int> sums, Vector256<int> weights, Vector256<int> activations, Vector256<int> signs) =>
        AvxVnni.MultiplyWideningAndAdd(sums, weights.AsByte(), activations.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadScales(ushort* source) => ByteDotAvx2.LoadScales(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddScaled(
        Vector256<float> totals, Vector256<int> sums, int correction, Vector256<float> weightScales,
        float activationScale) =>
        ByteDotAvx2.AddScaled(totals, sums, correction, weightScales, activationScale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadTotals(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTotals(float* destination, Vector256<float> totals) => totals.Store(destination);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>256-bit vectors: vpmaddubsw multiplies unsigned by signed bytes and adds pairs to 16 bits.</summary>
internal readonly unsafe struct ByteDotAvx2 : IByteDot<Vector256<int>, Vector256<float>>
{
    public static int Lanes => Vector256<int>.Count;

    public static ByteCorrection BytesCorrection => ByteCorrection.Split;

    public static Vector256<int> Zero => Vector256<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => Vector256.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(byte* source) => Vector256.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LowNibbles(Vector256<int> weights) => weights & Vector256.Create((byte)15).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> HighNibbles(Vector256<int> weights) =>
        (weights >>> 4) & Vector256.Create((byte)15).AsInt32();

    // At most 15 · 127 · 2 from a pair, eight times: 30 480 fits 16 bits, so one widening per block is enough.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddNibbles(Vector256<int> sums, Vector256<int> weights, Vector256<int> activations) =>
        (sums.AsInt16() + Avx2.MultiplyAddAdjacent(weights.AsByte(), activations.AsSByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> WidenNibbles(Vector256<int> sums) =>
        Avx2.MultiplyAddAdjacent(sums.AsInt16(), Vector256.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> PrepareBytes(Vector256<int> weights) => weights;

    // At most 128 · 127 · 2 from a pair: 32 512 fits 16 bits, two pairs do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddBytes(
        Vector256<int> sums, Vector256<int> weights, Vector256<int> activations, Vector256<int> signs) =>
        sums + WidenNibbles(
            Avx2.MultiplyAddAdjacent(activations.AsByte(), (weights ^ signs).AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadScales(ushort* source) =>
        (Avx2.ConvertToVector256Int32(source) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddScaled(
        Vector256<float> totals, Vector256<int> sums, int correction, Vector256<float> weightScales,
        float activationScale) =>
        Simd256.MultiplyAdd(
            Vector256.ConvertToSingle(sums - Vector256.Create(correction)), weightScales * activationScale, totals);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadTotals(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTotals(float* destination, Vector256<float> totals) => totals.Store(destination);
}

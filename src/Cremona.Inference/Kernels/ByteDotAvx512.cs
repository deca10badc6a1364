using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>512-bit vectors: vpmaddubsw multiplies unsigned by signed bytes and adds pairs to 16 bits.</summary>
internal readonly unsafe struct ByteDotAvx512 : IByteDot<Vector512<int>, Vector512<float>>
{
    public static int Lanes => Vector512<int>.Count;

    public static ByteCorrection BytesCorrection => ByteCorrection.Split;

    public static Vector512<int> Zero => Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(byte* source) => Vector512.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(byte* source) => Vector512.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LowNibbles(Vector512<int> weights) => weights & Vector512.Create((byte)15).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> HighNibbles(Vector512<int> weights) =>
        (weights >>> 4) & Vector512.Create((byte)15).AsInt32();

    // At most 15 · 127 · 2 from a pair, eight times: 30 480 fits 16 bits, so one widening per block is enough.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddNibbles(Vector512<int> sums, Vector512<int> weights, Vector512<int> activations) =>
        (sums.AsInt16() + Avx512BW.MultiplyAddAdjacent(weights.AsByte(), activations.AsSByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> WidenNibbles(Vector512<int> sums) =>
        Avx512BW.MultiplyAddAdjacent(sums.AsInt16(), Vector512.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> PrepareBytes(Vector512<int> weights) => weights;

    // At most 128 · 127 · 2 from a pair: 32 512 fits 16 bits, two pairs do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddBytes(
        Vector512<int> sums, Vector512<int> weights, Vector512<int> activations, Vector512<int> signs) =>
        sums + WidenNibbles(
            Avx512BW.MultiplyAddAdjacent(activations.AsByte(), (weights ^ signs).AsSByte()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadScales(ushort* source) =>
        (Avx512F.ConvertToVector512Int32(Vector256.Load(source)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddScaled(
        Vector512<float> totals, Vector512<int> sums, int correction, Vector512<float> weightScales,
        float activationScale) =>
        Simd512.MultiplyAdd(
            Vector512.ConvertToSingle(sums - Vector512.Create(correction)), weightScales * activationScale, totals);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadTotals(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTotals(float* destination, Vector512<float> totals) => totals.Store(destination);
}

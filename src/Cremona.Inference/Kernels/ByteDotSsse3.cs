using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>128-bit vectors of x64: pmaddubsw multiplies unsigned by signed bytes and adds pairs to 16 bits.</summary>
internal readonly unsafe struct ByteDotSsse3 : IByteDot<Vector128<int>, Vector128<float>>
{
    public static int Lanes => Vector128<int>.Count;

    public static ByteCorrection BytesCorrection => ByteCorrection.Split;

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

    // At most 15 · 127 · 2 from a pair, eight times: 30 480 fits 16 bits, so one widening per block is enough.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddNibbles(Vector128<int> sums, Vector128<int> weights, Vector128<int> activations) =>
        (sums.AsInt16() + Ssse3.MultiplyAddAdjacent(weights.AsByte(), activations.AsSByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> WidenNibbles(Vector128<int> sums) =>
        Sse2.MultiplyAddAdjacent(sums.AsInt16(), Vector128.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> PrepareBytes(Vector128<int> weights) => weights;

    // At most 128 · 127 · 2 from a pair: 32 512 fits 16 bits, two pairs do not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddBytes(
        Vector128<int> sums, Vector128<int> weights, Vector128<int> activations, Vector128<int> signs) =>
        sums + WidenNibbles(
            Ssse3.MultiplyAddAdjacent(activations.AsByte(), (weights ^ signs).AsSByte()).AsInt32());

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
}

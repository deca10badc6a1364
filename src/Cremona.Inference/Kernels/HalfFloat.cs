using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>IEEE 754 half precision, finite numbers only.</summary>
public static unsafe class HalfFloat
{
    private const float Largest = 65504;

    /// <summary>Rounds to the nearest, ties to even; what is beyond ±65504 becomes that, and not-a-number
    /// 65504.</summary>
    public static ushort FromSingle(float value) =>
        BitConverter.HalfToUInt16Bits((Half)float.MaxNumber(-Largest, float.MinNumber(Largest, value)));

    /// <summary>Exact; the scalar reference of <see cref="Widen"/>.</summary>
    public static float ToSingle(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>Exact.</summary>
    /// <param name="source">Finite.</param>
    /// <param name="destination">[length]</param>
    /// <param name="length">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Widen(ushort* source, float* destination, int length)
    {
        for (int i = 0; i < length; i += Vector256<ushort>.Count)
        {
            (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Load(source + i));
            Place(low).Store(destination + i);
            Place(high).Store(destination + i + Vector256<float>.Count);
        }
    }

    /// <summary>Exponent and mantissa move to their places in a float32; the product mends the exponent's bias, for
    /// denormal numbers too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Place(Vector256<uint> bits)
    {
        Vector256<uint> magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        Vector256<uint> sign = (bits & Vector256.Create(0x8000u)) << 16;
        Vector256<float> number = magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f); // 2^112
        return (number.AsUInt32() | sign).AsSingle();
    }
}

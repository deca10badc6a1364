using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>result = gate · sigmoid(gate) · up, element by element. Shazeer, 2020.</summary>
public static unsafe class SwiGlu
{
    /// <param name="gate">[n]; may be the result.</param>
    /// <param name="up">[n]</param>
    /// <param name="result">[n]</param>
    public static void Apply(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> result) =>
        Apply(InstructionSet.Current, gate, up, result);

    internal static void Apply(SimdLevel level, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> result)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(up.Length, gate.Length, nameof(up));
        ArgumentOutOfRangeException.ThrowIfLessThan(result.Length, gate.Length, nameof(result));
        fixed (float* pg = gate, pu = up, py = result)
        {
            switch (level)
            {
                case SimdLevel.Avx512:
                    Apply<Simd512, Vector512<float>>(pg, pu, py, gate.Length);
                    break;
                case SimdLevel.Avx2:
                    Apply<Simd256, Vector256<float>>(pg, pu, py, gate.Length);
                    break;
                case SimdLevel.Vector128:
                    Apply<Simd128, Vector128<float>>(pg, pu, py, gate.Length);
                    break;
                default:
                    SwiGluReference.Apply(gate, up, result);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<TSimd, TVector>(float* gate, float* up, float* result, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TSimd.Store(result + i, One<TSimd, TVector>(TSimd.Load(gate + i), TSimd.Load(up + i)));
        }

        if (i == length) return;
        float* tail = stackalloc float[2 * TSimd.Width];
        Tails.Load(gate + i, tail, length - i, TSimd.Width, 0);
        Tails.Load(up + i, tail + TSimd.Width, length - i, TSimd.Width, 0);
        TSimd.Store(tail, One<TSimd, TVector>(TSimd.Load(tail), TSimd.Load(tail + TSimd.Width)));
        Tails.Store(tail, result + i, length - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector One<TSimd, TVector>(TVector gate, TVector up)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        // For a large negative gate the exponential is infinite and the quotient 0, as it should be.
        TVector exponential = VectorMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Zero, gate));
        TVector silu = TSimd.Divide(gate, TSimd.Add(TSimd.Broadcast(1f), exponential));
        return TSimd.Multiply(silu, up);
    }
}

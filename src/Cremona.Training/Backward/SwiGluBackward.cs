using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>Gradients of <see cref="SwiGlu"/>, y = gate · sigmoid(gate) · up.</summary>
public static unsafe class SwiGluBackward
{
    /// <summary>Gradients of gate and up from that of y.</summary>
    /// <param name="gate">[n]</param>
    /// <param name="up">[n]</param>
    /// <param name="dy">[n]</param>
    /// <param name="dGate">[n], written; may be the same memory as <paramref name="dy"/>.</param>
    /// <param name="dUp">[n], written.</param>
    public static void Apply(
        ReadOnlySpan<float> gate, ReadOnlySpan<float> up, ReadOnlySpan<float> dy, Span<float> dGate, Span<float> dUp) =>
        Apply(InstructionSet.Current, gate, up, dy, dGate, dUp);

    internal static void Apply(
        SimdLevel level,
        ReadOnlySpan<float> gate,
        ReadOnlySpan<float> up,
        ReadOnlySpan<float> dy,
        Span<float> dGate,
        Span<float> dUp)
    {
        fixed (float* g = gate, u = up, d = dy, dg = dGate, du = dUp)
        {
            int whole = level switch
            {
                SimdLevel.Avx512 => Whole<Simd512, Vector512<float>>(g, u, d, dg, du, gate.Length),
                SimdLevel.Avx2 => Whole<Simd256, Vector256<float>>(g, u, d, dg, du, gate.Length),
                SimdLevel.Vector128 => Whole<Simd128, Vector128<float>>(g, u, d, dg, du, gate.Length),
                _ => 0,
            };
            for (int i = whole; i < gate.Length; i++)
                One(g[i], u[i], d[i], out dg[i], out du[i]);
        }
    }

    /// <summary>The specification, for one element: it also serves the rest that no vector fills.</summary>
    private static void One(float gate, float up, float dy, out float dGate, out float dUp)
    {
        float sigmoid = 1 / (1 + MathF.Exp(-gate));
        dUp = dy * gate * sigmoid;
        dGate = dy * up * sigmoid * (1 + (gate * (1 - sigmoid)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Whole<TSimd, TVector>(float* gate, float* up, float* dy, float* dGate, float* dUp, int length)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector one = TSimd.Broadcast(1);
        int i = 0;
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TVector g = TSimd.Load(gate + i);
            TVector d = TSimd.Load(dy + i);
            TVector exponential = VectorMath.Exp<TSimd, TVector>(TSimd.Subtract(TSimd.Zero, g));
            TVector sigmoid = TSimd.Divide(one, TSimd.Add(one, exponential));
            TVector slope = TSimd.Multiply(sigmoid, TSimd.MultiplyAdd(g, TSimd.Subtract(one, sigmoid), one));
            TVector dSigmoid = TSimd.Multiply(d, sigmoid);
            TVector u = TSimd.Load(up + i);
            TSimd.Store(dUp + i, TSimd.Multiply(dSigmoid, g));
            TSimd.Store(dGate + i, TSimd.Multiply(TSimd.Multiply(d, u), slope));
        }
        return i;
    }
}

using System.Numerics;

namespace Cremona.Training.Backward;

/// <summary>SwiGLU of one token, y = silu(gate) · up, and its gradients. Shazeer, 2020.</summary>
public static class SwiGluBackward
{
    /// <summary>y = gate · sigmoid(gate) · up.</summary>
    public static void Apply(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        int whole = VectorLanes.Whole(gate.Length);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var g = VectorLanes.Load(gate, i);
            (g * Sigmoid(g) * VectorLanes.Load(up, i)).Store(y, i);
        }
        for (int i = whole; i < gate.Length; i++)
            y[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    /// <summary>Gradients of gate and up from that of y. <paramref name="dGate"/> may be the same memory as
    /// <paramref name="dy"/>.</summary>
    public static void Gradients(
        ReadOnlySpan<float> gate, ReadOnlySpan<float> up, ReadOnlySpan<float> dy, Span<float> dGate, Span<float> dUp)
    {
        int whole = VectorLanes.Whole(gate.Length);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var g = VectorLanes.Load(gate, i);
            var d = VectorLanes.Load(dy, i);
            var sigmoid = Sigmoid(g);
            var slope = sigmoid * Vector.FusedMultiplyAdd(g, Vector<float>.One - sigmoid, Vector<float>.One);
            (d * g * sigmoid).Store(dUp, i);
            (d * VectorLanes.Load(up, i) * slope).Store(dGate, i);
        }
        for (int i = whole; i < gate.Length; i++)
        {
            float d = dy[i];
            float sigmoid = 1 / (1 + MathF.Exp(-gate[i]));
            dUp[i] = d * gate[i] * sigmoid;
            dGate[i] = d * up[i] * sigmoid * (1 + (gate[i] * (1 - sigmoid)));
        }
    }

    private static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Vector.Exp(-x));
}

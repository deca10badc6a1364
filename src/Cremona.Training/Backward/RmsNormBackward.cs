using System.Numerics;

namespace Cremona.Training.Backward;

/// <summary>RMSNorm of one vector, y = x · w / sqrt(mean(x²) + ε), and its gradients. Zhang and Sennrich,
/// 2019.</summary>
public static class RmsNormBackward
{
    /// <summary>1 / sqrt(mean(x²) + ε), the factor that the backward pass needs again.</summary>
    public static float InverseRms(ReadOnlySpan<float> x, float epsilon) =>
        1 / MathF.Sqrt((Elementwise.Dot(x, x) / x.Length) + epsilon);

    /// <summary>y = x · inverse · w.</summary>
    public static void Apply(ReadOnlySpan<float> x, float inverse, ReadOnlySpan<float> weight, Span<float> y)
    {
        int whole = VectorLanes.Whole(x.Length);
        var scale = new Vector<float>(inverse);
        for (int i = 0; i < whole; i += VectorLanes.Width)
            (VectorLanes.Load(x, i) * scale * VectorLanes.Load(weight, i)).Store(y, i);
        for (int i = whole; i < x.Length; i++)
            y[i] = x[i] * inverse * weight[i];
    }

    /// <summary>Adds dL/dx to <paramref name="dx"/>: inverse · (w · dy − x · inverse² / n · Σ(w · dy · x)).</summary>
    public static void AddInputGradient(
        ReadOnlySpan<float> x, float inverse, ReadOnlySpan<float> weight, ReadOnlySpan<float> dy, Span<float> dx)
    {
        float pull = SumOfProducts(x, weight, dy) * inverse * inverse * inverse / x.Length;
        int whole = VectorLanes.Whole(x.Length);
        var scale = new Vector<float>(inverse);
        var pulls = new Vector<float>(-pull);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var sum = Vector.FusedMultiplyAdd(VectorLanes.Load(x, i), pulls, VectorLanes.Load(dx, i));
            var direct = VectorLanes.Load(dy, i) * VectorLanes.Load(weight, i);
            Vector.FusedMultiplyAdd(direct, scale, sum).Store(dx, i);
        }
        for (int i = whole; i < x.Length; i++)
            dx[i] += (dy[i] * weight[i] * inverse) - (x[i] * pull);
    }

    /// <summary>Adds dL/dw to <paramref name="dw"/>: dy · x · inverse.</summary>
    public static void AddWeightGradient(ReadOnlySpan<float> x, float inverse, ReadOnlySpan<float> dy, Span<float> dw)
    {
        int whole = VectorLanes.Whole(x.Length);
        var scale = new Vector<float>(inverse);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var product = VectorLanes.Load(x, i) * scale;
            Vector.FusedMultiplyAdd(product, VectorLanes.Load(dy, i), VectorLanes.Load(dw, i)).Store(dw, i);
        }
        for (int i = whole; i < x.Length; i++)
            dw[i] += x[i] * inverse * dy[i];
    }

    private static float SumOfProducts(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
    {
        int whole = VectorLanes.Whole(a.Length);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var product = VectorLanes.Load(a, i) * VectorLanes.Load(b, i);
            sums = Vector.FusedMultiplyAdd(product, VectorLanes.Load(c, i), sums);
        }
        float sum = Vector.Sum(sums);
        for (int i = whole; i < a.Length; i++)
            sum += a[i] * b[i] * c[i];
        return sum;
    }
}

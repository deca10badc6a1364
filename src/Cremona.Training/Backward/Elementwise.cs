using System.Numerics;

namespace Cremona.Training.Backward;

/// <summary>Vector loops over plain arrays.</summary>
public static class Elementwise
{
    /// <summary>y *= factor.</summary>
    public static void Scale(Span<float> y, float factor)
    {
        int whole = VectorLanes.Whole(y.Length);
        var factors = new Vector<float>(factor);
        for (int i = 0; i < whole; i += VectorLanes.Width)
            (VectorLanes.Load(y, i) * factors).Store(y, i);
        for (int i = whole; i < y.Length; i++)
            y[i] *= factor;
    }

    /// <summary>Σ a · b.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int whole = VectorLanes.Whole(a.Length);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < whole; i += VectorLanes.Width)
            sums = Vector.FusedMultiplyAdd(VectorLanes.Load(a, i), VectorLanes.Load(b, i), sums);
        float sum = Vector.Sum(sums);
        for (int i = whole; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Σ x², summed in float over blocks of 4096 and in double over the blocks.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        double sum = 0;
        for (int first = 0; first < x.Length; first += 4096)
            sum += BlockSumOfSquares(x.Slice(first, Math.Min(4096, x.Length - first)));
        return sum;
    }

    private static double BlockSumOfSquares(ReadOnlySpan<float> x)
    {
        int whole = VectorLanes.Whole(x.Length);
        var sums = Vector<float>.Zero;
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var v = VectorLanes.Load(x, i);
            sums = Vector.FusedMultiplyAdd(v, v, sums);
        }
        double sum = 0;
        for (int lane = 0; lane < VectorLanes.Width; lane++)
            sum += sums[lane];
        for (int i = whole; i < x.Length; i++)
            sum += (double)x[i] * x[i];
        return sum;
    }
}

using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>The gradient of <see cref="Rope"/>: a rotation is orthogonal, so it turns the gradient back by the same
/// angles.</summary>
public static class RopeBackward
{
    /// <summary>From the gradient of the turned heads to that of the heads, in place.</summary>
    /// <param name="gradient">[tokens, headCount, headDimension]</param>
    /// <param name="headCount">Heads of a token.</param>
    /// <param name="positions">[tokens], each below the table's position count.</param>
    /// <param name="table">Angles of the model.</param>
    public static void Apply(Span<float> gradient, int headCount, ReadOnlySpan<int> positions, RotaryTable table)
    {
        int size = 2 * table.HalfDimension;
        for (int i = 0; i < positions.Length * headCount; i++)
        {
            int position = positions[i / headCount];
            TurnBack(gradient.Slice(i * size, size), table.Cosines(position), table.Sines(position));
        }
    }

    private static void TurnBack(Span<float> head, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
    {
        int half = cosines.Length;
        var low = head[..half];
        var high = head[half..];
        int whole = VectorLanes.Whole(half);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            var c = VectorLanes.Load(cosines, i);
            var s = VectorLanes.Load(sines, i);
            var a = VectorLanes.Load(low, i);
            var b = VectorLanes.Load(high, i);
            ((a * c) + (b * s)).Store(low, i);
            ((b * c) - (a * s)).Store(high, i);
        }
        for (int i = whole; i < half; i++)
        {
            var (a, b) = (low[i], high[i]);
            low[i] = (a * cosines[i]) + (b * sines[i]);
            high[i] = (b * cosines[i]) - (a * sines[i]);
        }
    }
}

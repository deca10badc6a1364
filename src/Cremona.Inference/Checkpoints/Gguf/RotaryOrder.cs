namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>GGUF's <c>llama</c> architecture turns neighbouring pairs where Hugging Face turns element i with element i
/// + half, so rows of its query and key projections are in another order.</summary>
internal static class RotaryOrder
{
    /// <summary>Neighbouring pairs to halves, as Hugging Face has them.</summary>
    /// <param name="rows">[heads · headDimension, width]</param>
    /// <param name="headDimension">Rows of a head, even.</param>
    /// <param name="width">Elements of a row; 1 for a bias.</param>
    public static float[] ToHalves(float[] rows, int headDimension, int width) =>
        Move(rows, headDimension, width, (half, i, side) => ((2 * i) + side, (side * half) + i));

    /// <summary>Halves to neighbouring pairs.</summary>
    /// <param name="rows">[heads · headDimension, width]</param>
    /// <param name="headDimension">Rows of a head, even.</param>
    /// <param name="width">Elements of a row; 1 for a bias.</param>
    public static float[] ToPairs(float[] rows, int headDimension, int width) =>
        Move(rows, headDimension, width, (half, i, side) => ((side * half) + i, (2 * i) + side));

    private static float[] Move(
        float[] rows, int headDimension, int width, Func<int, int, int, (int From, int To)> place)
    {
        float[] moved = new float[rows.Length];
        int half = headDimension / 2;
        for (int head = 0; head < rows.Length / width; head += headDimension)
        {
            for (int i = 0; i < headDimension; i++)
            {
                (int from, int to) = place(half, i / 2, i % 2);
                rows.AsSpan((head + from) * width, width).CopyTo(moved.AsSpan((head + to) * width));
            }
        }

        return moved;
    }
}

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>GGUF's <c>llama</c> architecture turns neighbouring pairs where Hugging Face turns element i with element i
/// + half, so rows of its query and key projections are in another order.</summary>
internal static class RotaryOrder
{
    /// <summary>Where a row of Hugging Face's order stands in GGUF's.</summary>
    /// <param name="row">In [0, heads · headDimension).</param>
    /// <param name="headDimension">Rows of a head, even.</param>
    public static int InPairs(int row, int headDimension)
    {
        (int half, int i) = (headDimension / 2, row % headDimension);
        return row - i + (2 * (i % half)) + (i / half);
    }

    /// <summary>A bias in GGUF's order to Hugging Face's.</summary>
    public static float[] ToHalves(float[] bias, int headDimension)
    {
        float[] moved = new float[bias.Length];
        for (int row = 0; row < bias.Length; row++) moved[row] = bias[InPairs(row, headDimension)];
        return moved;
    }

    /// <summary>Rows in Hugging Face's order to GGUF's.</summary>
    /// <param name="rows">[heads · headDimension, width]</param>
    /// <param name="headDimension">Rows of a head, even.</param>
    /// <param name="width">Elements of a row; 1 for a bias.</param>
    public static float[] ToPairs(float[] rows, int headDimension, int width)
    {
        float[] moved = new float[rows.Length];
        for (int row = 0; row < rows.Length / width; row++)
        {
            rows.AsSpan(row * width, width).CopyTo(moved.AsSpan(InPairs(row, headDimension) * width));
        }

        return moved;
    }
}

using System.Runtime.Intrinsics;

namespace Cremona.Inference.Kernels;

/// <summary>Rounds blocks of 32 weights to integers with one bfloat16 scale: weight ≈ scale · code. Blocks whose
/// largest magnitude is below 2^-100 become zero, so that no scale is denormal.</summary>
public static class BlockQuantization
{
    /// <summary>Weights of a block.</summary>
    public const int BlockSize = 32;

    private const float MagnitudeMin = 7.8886091e-31f; // 2^-100
    private const float Bytes = 127;

    // Scales tried for 4-bit codes: the largest weight becomes ±7 … ±9 before rounding and clamping.
    private const float FirstEnd = 7;
    private const float LastEnd = 9;
    private const float EndStep = 0.25f;

    /// <summary>Codes in [-127, 127]; the scale takes the largest magnitude to 127.</summary>
    /// <param name="weights">[32], finite.</param>
    /// <param name="codes">[32], written.</param>
    /// <returns>The scale, exact in bfloat16.</returns>
    public static float ToBytes(ReadOnlySpan<float> weights, Span<sbyte> codes)
    {
        float largest = Largest(weights);
        if (MathF.Abs(largest) < MagnitudeMin)
        {
            codes.Clear();
            return 0;
        }

        float scale = RoundUp(MathF.Abs(largest) / Bytes);
        float inverse = 1 / scale;
        for (int i = 0; i < BlockSize; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] * inverse), -Bytes, Bytes);
        }

        return scale;
    }

    /// <summary>Codes in [-8, 7] with the scale, out of those tried, whose squared error is least; each is fitted to
    /// its codes by least squares.</summary>
    /// <param name="weights">[32], finite.</param>
    /// <param name="codes">[32], written.</param>
    /// <returns>The scale, exact in bfloat16; may be negative.</returns>
    public static float ToNibbles(ReadOnlySpan<float> weights, Span<sbyte> codes)
    {
        float largest = Largest(weights);
        if (MathF.Abs(largest) < MagnitudeMin)
        {
            codes.Clear();
            return 0;
        }

        float best = -1;
        float bestInverse = 0;
        float bestScale = 0;
        for (float end = FirstEnd; end <= LastEnd; end += EndStep)
        {
            // Minus, because -8 reaches further than 7.
            for (int sign = -1; sign <= 1; sign += 2)
            {
                float inverse = sign * end / largest;
                (float product, float square) = Fit(weights, inverse, largest);
                float gain = product * product / square;
                if (gain <= best) continue;
                best = gain;
                bestInverse = inverse;
                bestScale = product / square * largest;
            }
        }

        for (int i = 0; i < BlockSize; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] * bestInverse), -8, 7);
        }

        return BrainFloat.Round(bestScale);
    }

    /// <summary>Σ (w / largest) · code and Σ code², of the codes that an inverse scale gives.</summary>
    private static (float Product, float Square) Fit(ReadOnlySpan<float> weights, float inverse, float largest)
    {
        Vector256<float> product = Vector256<float>.Zero;
        Vector256<float> square = Vector256<float>.Zero;
        Vector256<float> low = Vector256.Create(-8f);
        Vector256<float> high = Vector256.Create(7f);
        Vector256<float> unit = Vector256.Create(1 / largest);
        for (int i = 0; i < BlockSize; i += Vector256<float>.Count)
        {
            Vector256<float> weight = Vector256.Create(weights[i..]);
            Vector256<float> code = Vector256.Round(weight * inverse);
            code = Vector256.MinNative(Vector256.MaxNative(code, low), high);
            product += weight * unit * code;
            square += code * code;
        }

        return (Vector256.Sum(product), Vector256.Sum(square));
    }

    /// <summary>The weight of the largest magnitude, with its sign.</summary>
    private static float Largest(ReadOnlySpan<float> weights)
    {
        float largest = 0;
        foreach (float weight in weights)
        {
            if (MathF.Abs(weight) > MathF.Abs(largest)) largest = weight;
        }

        return largest;
    }

    private static float RoundUp(float positive) =>
        BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(positive) + 0xFFFF) & 0xFFFF0000);
}

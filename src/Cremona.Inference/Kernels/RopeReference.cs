namespace Cremona.Inference.Kernels;

/// <summary>The specification of <see cref="Rope"/>.</summary>
public static class RopeReference
{
    /// <summary>Turns all heads of one token.</summary>
    public static void Turn(Span<float> heads, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
    {
        int half = cosines.Length;
        for (int head = 0; head < heads.Length; head += 2 * half)
        {
            for (int i = 0; i < half; i++)
            {
                double x = heads[head + i];
                double y = heads[head + half + i];
                heads[head + i] = (float)((x * cosines[i]) - (y * sines[i]));
                heads[head + half + i] = (float)((x * sines[i]) + (y * cosines[i]));
            }
        }
    }
}

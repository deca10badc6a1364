namespace Cremona.Inference.Sampling;

/// <summary>Random numbers by counter: a function of the seed and the position of the drawn token, so that a token
/// does not depend on what was drawn elsewhere. SplitMix64 over both (Steele, Lea, Flood, 2014).</summary>
public static class DrawNumber
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public static double Uniform(ulong seed, long position)
    {
        ulong bits = Mix(Mix(seed + Golden) + (((ulong)position + 1) * Golden));
        return (bits >> 11) * (1.0 / (1L << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

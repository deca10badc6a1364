namespace Cremona.Training.Backward;

/// <summary>Random numbers as a pure function of (seed, stream, index): nothing to store in a checkpoint, no order to
/// keep. The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
public static class CounterRandom
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>64 well-mixed bits.</summary>
    public static ulong Bits(ulong seed, ulong stream, ulong index) =>
        Mix(Mix(Mix(seed + GoldenGamma) ^ (stream * GoldenGamma)) + ((index + 1) * GoldenGamma));

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public static double Uniform(ulong seed, ulong stream, ulong index) =>
        (Bits(seed, stream, index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and deviation 1: two uniform numbers give one (Box and Muller, 1958).</summary>
    public static double Normal(ulong seed, ulong stream, ulong index)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(seed, stream, 2 * index)));
        return radius * Math.Cos(2 * Math.PI * Uniform(seed, stream, (2 * index) + 1));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

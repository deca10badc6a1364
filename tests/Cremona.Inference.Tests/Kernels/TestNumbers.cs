namespace Cremona.Inference.Tests.Kernels;

/// <summary>Repeatable pseudo-random floats (SplitMix64) for inputs of kernels.</summary>
internal sealed class TestNumbers(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Next(int exclusiveMax) => (int)(Next() % (ulong)exclusiveMax);

    /// <summary>Uniform in [-1, 1).</summary>
    public float NextFloat() => ((Next() >> 40) * (2f / (1 << 24))) - 1;

    public float[] Floats(int length, float scale = 1)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = NextFloat() * scale;
        return values;
    }

    /// <summary>Magnitudes from denormal to 1e15, signed zeros among them.</summary>
    public float[] WildFloats(int length)
    {
        float[] scales = [1e-40f, 1e-20f, 1, 1e15f, 0f, -0f];
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = NextFloat() * scales[Next(scales.Length)];
        return values;
    }
}

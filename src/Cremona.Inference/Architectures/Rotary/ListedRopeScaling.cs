namespace Cremona.Inference.Architectures.Rotary;

/// <summary>Each frequency has a divisor of its own, as GGUF's tensor <c>rope_freqs.weight</c> lists them.</summary>
/// <param name="Divisors">[headDimension / 2], positive.</param>
public sealed record ListedRopeScaling(IReadOnlyList<float> Divisors) : RopeScaling
{
    protected override void Stretch(double[] frequencies, double theta)
    {
        if (frequencies.Length != Divisors.Count)
        {
            throw new ArgumentException(
                $"{Divisors.Count} divisors do not fit {frequencies.Length} frequencies.", nameof(frequencies));
        }

        for (int i = 0; i < frequencies.Length; i++) frequencies[i] /= Divisors[i];
    }
}

namespace Cremona.Inference.Architectures.Rotary;

/// <summary>Positions are divided by a factor. Chen et al., "Extending Context Window of Large Language Models via
/// Positional Interpolation", 2023.</summary>
/// <param name="Factor">Positive.</param>
public sealed record LinearRopeScaling(double Factor) : RopeScaling
{
    protected override void Stretch(double[] frequencies, double theta)
    {
        for (int i = 0; i < frequencies.Length; i++) frequencies[i] /= Factor;
    }
}

namespace Cremona.Inference.Architectures.Rotary;

/// <summary>YaRN: dimensions that turn often stay, those that turn seldom are divided by a factor, with a ramp between
/// by dimension; cosines and sines grow. Peng et al., "YaRN: Efficient Context Window Extension of Large Language
/// Models", 2023.</summary>
/// <param name="Factor">At least 1.</param>
/// <param name="OriginalContextLength">Positions of the first training, at least 1.</param>
/// <param name="BetaFast">Dimensions that turn more often over the original context stay; 32 in the paper.</param>
/// <param name="BetaSlow">Dimensions that turn less often are divided; 1 in the paper.</param>
/// <param name="AttentionFactor">What cosines and sines are multiplied with; <see cref="UsualAttentionFactor"/> in the
/// paper.</param>
public sealed record YarnRopeScaling(
    double Factor, int OriginalContextLength, double BetaFast, double BetaSlow, double AttentionFactor) : RopeScaling
{
    // What keeps a ramp without length from dividing by zero.
    private const double RampMin = 0.001;

    public override double Amplitude => AttentionFactor;

    /// <summary>0.1 · scale · ln(factor) + 1.</summary>
    public static double UsualAttentionFactor(double factor, double scale = 1) =>
        factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    protected override void Stretch(double[] frequencies, double theta)
    {
        int last = (2 * frequencies.Length) - 1;
        double low = Math.Max(Math.Floor(DimensionOf(BetaFast, frequencies.Length, theta)), 0);
        double high = Math.Min(Math.Ceiling(DimensionOf(BetaSlow, frequencies.Length, theta)), last);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double divided = Math.Clamp((i - low) / Math.Max(high - low, RampMin), 0, 1);
            frequencies[i] *= 1 - divided + (divided / Factor);
        }
    }

    /// <summary>The dimension, fractional, that makes this many turns over the original context.</summary>
    private double DimensionOf(double turns, int half, double theta) =>
        half * Math.Log(OriginalContextLength / (turns * 2 * Math.PI)) / Math.Log(theta);
}

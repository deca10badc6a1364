namespace Cremona.Inference.Architectures.Rotary;

/// <summary>Llama-3.1: long waves are divided by a factor, short ones stay, those between are mixed. Source: the
/// <c>llama3</c> rope type of Hugging Face's configurations.</summary>
/// <param name="Factor">Positive.</param>
/// <param name="LowFrequencyFactor">Waves longer than the original context over this are divided.</param>
/// <param name="HighFrequencyFactor">Waves shorter than the original context over this stay; above the low one.</param>
/// <param name="OriginalContextLength">Positions of the first training, at least 1.</param>
public sealed record Llama3RopeScaling(
    double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContextLength) : RopeScaling
{
    protected override void Stretch(double[] frequencies, double theta)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            double turns = OriginalContextLength * frequencies[i] / (2 * Math.PI);
            double kept = (turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
            kept = Math.Clamp(kept, 0, 1);
            frequencies[i] *= kept + ((1 - kept) / Factor);
        }
    }
}

using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;

namespace Cremona.Inference.Tests.Architectures;

/// <summary>Rotary frequencies one by one, case by case as Hugging Face's <c>modeling_rope_utils</c> has
/// them.</summary>
internal static class FrequencyReference
{
    public static (double Frequency, double Amplitude) Of(DecoderConfig config, int i)
    {
        double dimension = config.HeadDimension;
        double plain = 1 / Math.Pow(config.RopeTheta, 2 * i / dimension);
        return config.RopeScaling switch
        {
            LinearRopeScaling linear => (plain / linear.Factor, 1),
            Llama3RopeScaling llama => (Llama3(plain, llama), 1),
            YarnRopeScaling yarn => (Yarn(plain, i, config, yarn), yarn.AttentionFactor),
            ListedRopeScaling listed => (plain / listed.Divisors[i], 1),
            _ => (plain, 1),
        };
    }

    private static double Llama3(double plain, Llama3RopeScaling llama)
    {
        double wave = 2 * Math.PI / plain;
        double longWave = llama.OriginalContextLength / llama.LowFrequencyFactor;
        double shortWave = llama.OriginalContextLength / llama.HighFrequencyFactor;
        if (wave > longWave) return plain / llama.Factor;
        if (wave < shortWave) return plain;
        double smooth = ((llama.OriginalContextLength / wave) - llama.LowFrequencyFactor)
            / (llama.HighFrequencyFactor - llama.LowFrequencyFactor);
        return ((1 - smooth) * plain / llama.Factor) + (smooth * plain);
    }

    private static double Yarn(double plain, int i, DecoderConfig config, YarnRopeScaling yarn)
    {
        double Correction(double turns) => config.HeadDimension
            * Math.Log(yarn.OriginalContextLength / (turns * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
        double low = Math.Max(Math.Floor(Correction(yarn.BetaFast)), 0);
        double high = Math.Min(Math.Ceiling(Correction(yarn.BetaSlow)), config.HeadDimension - 1);
        if (low == high) high += 0.001;
        double extrapolated = 1 - Math.Clamp((i - low) / (high - low), 0, 1);
        return (plain / yarn.Factor * (1 - extrapolated)) + (plain * extrapolated);
    }
}

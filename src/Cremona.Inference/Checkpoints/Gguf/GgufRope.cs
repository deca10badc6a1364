using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Stretched rotary frequencies in GGUF: <c>rope.scaling.*</c> for linear and YaRN, the tensor
/// <c>rope_freqs.weight</c> with a divisor for each frequency for Llama-3.</summary>
internal static class GgufRope
{
    public const string DivisorsTensor = "rope_freqs.weight";

    private const string Prefix = "rope.scaling.";
    private const string OldFactor = "rope.scale_linear";
    private const double FactorMax = 1 << 20;

    /// <summary>What follows the architecture's word in the keys that are understood.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        OldFactor, $"{Prefix}type", $"{Prefix}factor", $"{Prefix}original_context_length", $"{Prefix}finetuned",
        $"{Prefix}attn_factor", $"{Prefix}yarn_beta_fast", $"{Prefix}yarn_beta_slow",
    ];

    /// <exception cref="InvalidDataException">A value is wrong, or asks for what is not supported.</exception>
    public static RopeScaling? Read(GgufFile file, string word, DecoderConfig config)
    {
        GgufMetadata metadata = file.Metadata;
        string type = metadata.FindText($"{word}.{Prefix}type") ?? "linear";
        double factor = metadata.FindNumber($"{word}.{Prefix}factor") ?? metadata.FindNumber($"{word}.{OldFactor}") ?? 0;
        if (factor == 0 || type == "none") factor = 1;
        if (factor is < 1 or > FactorMax)
        {
            throw new InvalidDataException($"{word}.{Prefix}factor is {factor}; expected 1 to {FactorMax}");
        }

        RopeScaling? scaling = type switch
        {
            "none" => null,
            "linear" => factor == 1 ? null : new LinearRopeScaling(factor),
            "yarn" => ReadYarn(metadata, word, factor, config.ContextLength),
            _ => throw new InvalidDataException(
                $"{word}.{Prefix}type is {type}; supported are none, linear and yarn"),
        };
        if (type != "yarn" && metadata.FindNumber($"{word}.{Prefix}attn_factor") is { } attention && attention != 1)
        {
            throw new InvalidDataException(
                $"{word}.{Prefix}attn_factor is {attention}, which is supported only where the type is yarn");
        }

        if (file.Find(DivisorsTensor) is null) return scaling;
        return scaling is null ? ReadDivisors(file, config) : throw new InvalidDataException(
            $"{word}.{Prefix}type and tensor {DivisorsTensor} are both there; only one of them is supported");
    }

    public static void Write(GgufWriter writer, string word, DecoderConfig config)
    {
        switch (config.RopeScaling)
        {
            case LinearRopeScaling linear:
                writer.Add($"{word}.{Prefix}type", "linear");
                writer.Add($"{word}.{Prefix}factor", (float)linear.Factor);
                break;
            case YarnRopeScaling yarn:
                writer.Add($"{word}.{Prefix}type", "yarn");
                writer.Add($"{word}.{Prefix}factor", (float)yarn.Factor);
                writer.Add($"{word}.{Prefix}original_context_length", (uint)yarn.OriginalContextLength);
                writer.Add($"{word}.{Prefix}yarn_beta_fast", (float)yarn.BetaFast);
                writer.Add($"{word}.{Prefix}yarn_beta_slow", (float)yarn.BetaSlow);

                // GGUF's is a factor upon the usual one.
                double usual = YarnRopeScaling.UsualAttentionFactor(yarn.Factor);
                if (yarn.AttentionFactor == usual) break;
                writer.Add($"{word}.{Prefix}attn_factor", (float)(yarn.AttentionFactor / usual));
                break;
        }
    }

    /// <summary>The divisors that <see cref="DivisorsTensor"/> lists, or null where there is no such tensor.</summary>
    public static float[]? Divisors(DecoderConfig config)
    {
        if (config.RopeScaling is not (Llama3RopeScaling or ListedRopeScaling)) return null;
        double[] plain = RotaryTable.PlainFrequencies(config.HeadDimension, config.RopeTheta);
        double[] stretched = config.RopeScaling.Frequencies(config.HeadDimension, config.RopeTheta);
        return [.. plain.Zip(stretched, (x, y) => (float)(x / y))];
    }

    private static YarnRopeScaling ReadYarn(GgufMetadata metadata, string word, double factor, int context) => new(
        factor,
        metadata.FindInteger($"{word}.{Prefix}original_context_length", 1, HuggingFaceConfig.ContextMax) ?? context,
        Positive(metadata, $"{word}.{Prefix}yarn_beta_fast", 32),
        Positive(metadata, $"{word}.{Prefix}yarn_beta_slow", 1),
        YarnRopeScaling.UsualAttentionFactor(factor) * Positive(metadata, $"{word}.{Prefix}attn_factor", 1));

    private static double Positive(GgufMetadata metadata, string key, double defaultValue) =>
        (metadata.FindNumber(key) ?? defaultValue) is > 0 and var number
            ? number
            : throw new InvalidDataException($"metadata {key} must be positive");

    private static RopeScaling ReadDivisors(GgufFile file, DecoderConfig config)
    {
        float[] divisors = file.Read(DivisorsTensor, config.HeadDimension / 2);
        if (divisors.Any(divisor => !float.IsFinite(divisor) || divisor <= 0))
        {
            throw new InvalidDataException($"tensor {DivisorsTensor} holds a divisor that is not positive");
        }

        // The published Llama-3 models differ in the factor alone: given by name, a config.json can hold it.
        var llama = new Llama3RopeScaling(MathF.Round(divisors.Max(), 3), 1, 4, 8192);
        float[] same = Divisors(config with { RopeScaling = llama })!;
        bool isLlama = same.Zip(divisors, (x, y) => Math.Abs(x - y) <= 1e-5 * x).All(near => near);
        return isLlama ? llama : new ListedRopeScaling(divisors);
    }
}

using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;

namespace Cremona.Inference.Checkpoints;

/// <summary>The rotary positions in <c>config.json</c>: <c>rope_theta</c> with <c>rope_scaling</c>, or
/// <c>rope_parameters</c>, which newer files have instead of both.</summary>
internal static class HuggingFaceRope
{
    private const string ParametersField = "rope_parameters";
    private const string ScalingField = "rope_scaling";
    private const double DefaultTheta = 10000;
    private const double FactorMax = 1 << 20;

    private static readonly string[] EveryField = ["type", "rope_type", "rope_theta", "partial_rotary_factor"];

    /// <exception cref="InvalidDataException">A field is wrong, or asks for what is not supported.</exception>
    public static (double Theta, RopeScaling? Scaling) Read(ConfigFields root)
    {
        RefusePartial(root);
        bool hasParameters = root.IsSetAndNotEmpty(ParametersField);
        if (hasParameters && root.IsSetAndNotEmpty(ScalingField) && !root.AreEqual(ParametersField, ScalingField))
            throw new InvalidDataException($"{ParametersField} and {ScalingField} are both set and differ; keep one");

        ConfigFields? fields = root.FindObject(hasParameters ? ParametersField : ScalingField);
        double theta = fields?.FindNumber("rope_theta") ?? root.Number("rope_theta", DefaultTheta);
        if (theta <= 1) throw new InvalidDataException($"rope_theta is {theta}; expected more than 1");
        if (fields is null) return (theta, null);

        RefusePartial(fields);
        string type = fields.FindString("rope_type") ?? fields.FindString("type") ?? "default";
        int context = root.Size("max_position_embeddings", HuggingFaceConfig.ContextMax);
        return (theta, type switch
        {
            "default" => Only<RopeScaling?>(fields, null),
            "linear" => Only(fields, new LinearRopeScaling(Factor(fields)), "factor"),
            "llama3" => ReadLlama3(fields, context),
            "yarn" => ReadYarn(fields, context),
            _ => throw new InvalidDataException(
                $"{fields.PathOf("rope_type")} is {type}; supported are default, linear, llama3 and yarn"),
        });
    }

    public static void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteNumber("rope_theta", config.RopeTheta);
        if (config.RopeScaling is not { } scaling) return;
        json.WriteStartObject(ScalingField);
        switch (scaling)
        {
            case LinearRopeScaling linear:
                json.WriteString("rope_type", "linear");
                json.WriteNumber("factor", linear.Factor);
                break;
            case Llama3RopeScaling llama:
                json.WriteString("rope_type", "llama3");
                json.WriteNumber("factor", llama.Factor);
                json.WriteNumber("low_freq_factor", llama.LowFrequencyFactor);
                json.WriteNumber("high_freq_factor", llama.HighFrequencyFactor);
                json.WriteNumber("original_max_position_embeddings", llama.OriginalContextLength);
                break;
            case YarnRopeScaling yarn:
                json.WriteString("rope_type", "yarn");
                json.WriteNumber("factor", yarn.Factor);
                json.WriteNumber("original_max_position_embeddings", yarn.OriginalContextLength);
                json.WriteNumber("beta_fast", yarn.BetaFast);
                json.WriteNumber("beta_slow", yarn.BetaSlow);
                json.WriteNumber("attention_factor", yarn.AttentionFactor);
                break;
            default:
                throw new InvalidDataException(
                    "a config.json cannot hold listed divisors of rotary frequencies; write a .gguf instead");
        }

        json.WriteEndObject();
    }

    private static Llama3RopeScaling ReadLlama3(ConfigFields fields, int context)
    {
        double low = fields.Number("low_freq_factor", 1);
        double high = fields.Number("high_freq_factor", 4);
        if (low <= 0 || high <= low)
        {
            throw new InvalidDataException(
                $"{fields.PathOf("high_freq_factor")} is {high}, low_freq_factor {low}; expected the high one above the low one, both positive");
        }

        return Only(
            fields, new Llama3RopeScaling(Factor(fields), low, high, Original(fields, context)),
            "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings");
    }

    private static YarnRopeScaling ReadYarn(ConfigFields fields, int context)
    {
        if (!fields.Flag("truncate", true))
        {
            throw new InvalidDataException($"{fields.PathOf("truncate")} is false; only ramps from whole dimensions are supported");
        }

        double factor = Factor(fields);
        return Only(
            fields,
            new YarnRopeScaling(
                factor, Original(fields, context), Positive(fields, "beta_fast", 32), Positive(fields, "beta_slow", 1),
                fields.FindNumber("attention_factor") ?? AttentionFactor(fields, factor)),
            "factor", "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor", "mscale",
            "mscale_all_dim", "truncate");
    }

    private static double AttentionFactor(ConfigFields fields, double factor)
    {
        // As Hugging Face does: zero counts as not set.
        bool hasBoth = fields.Number("mscale", 0) != 0 && fields.Number("mscale_all_dim", 0) != 0;
        return hasBoth
            ? YarnRopeScaling.UsualAttentionFactor(factor, fields.Number("mscale", 1))
                / YarnRopeScaling.UsualAttentionFactor(factor, fields.Number("mscale_all_dim", 1))
            : YarnRopeScaling.UsualAttentionFactor(factor);
    }

    private static double Factor(ConfigFields fields) => fields.FindNumber("factor") is { } factor
        ? factor is >= 1 and <= FactorMax
            ? factor
            : throw new InvalidDataException($"{fields.PathOf("factor")} is {factor}; expected 1 to {FactorMax}")
        : throw new InvalidDataException($"{fields.PathOf("factor")} is missing");

    private static double Positive(ConfigFields fields, string name, double defaultValue) =>
        fields.Number(name, defaultValue) is > 0 and var number
            ? number
            : throw new InvalidDataException($"{fields.PathOf(name)} must be positive");

    private static int Original(ConfigFields fields, int context) =>
        fields.FindSize("original_max_position_embeddings", HuggingFaceConfig.ContextMax) ?? context;

    private static void RefusePartial(ConfigFields fields)
    {
        if (fields.FindNumber("partial_rotary_factor") is { } share && share != 1)
        {
            throw new InvalidDataException(
                $"{fields.PathOf("partial_rotary_factor")} is {share}; heads that turn in part are not supported");
        }
    }

    private static T Only<T>(ConfigFields fields, T scaling, params ReadOnlySpan<string> known)
    {
        foreach (string name in fields.Names)
        {
            if (EveryField.Contains(name) || known.Contains(name)) continue;
            throw new InvalidDataException($"{fields.PathOf(name)} is set, which is not supported");
        }

        return scaling;
    }
}

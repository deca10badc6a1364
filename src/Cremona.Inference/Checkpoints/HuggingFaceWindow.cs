using System.Text.Json;
using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>Sliding windows in <c>config.json</c>. Mistral's slides in every layer; those of Qwen2 and Qwen3 slide
/// with <c>use_sliding_window</c>, from layer <c>max_window_layers</c> on; Llama has none.</summary>
internal static class HuggingFaceWindow
{
    private const string WindowField = "sliding_window";
    private const string LayersField = "layer_types";
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";
    private const int DefaultWindow = 4096;
    private const int DefaultFirstLayer = 28;

    /// <summary>The configuration with its window; none where it is as long as the context.</summary>
    /// <exception cref="InvalidDataException">A field is wrong, or asks for what is not supported.</exception>
    public static DecoderConfig Read(ConfigFields fields, DecoderConfig config)
    {
        bool isQwen = config.Architecture.StartsWith("Qwen", StringComparison.Ordinal);
        bool isMistral = config.Architecture == "MistralForCausalLM";
        int? window = isMistral || (isQwen && fields.Flag("use_sliding_window", false))
            ? fields.FindSize(WindowField, int.MaxValue) ?? (fields.IsNull(WindowField) ? null : DefaultWindow)
            : null;
        if (!isQwen && !isMistral && fields.FindNumber(WindowField) < config.ContextLength)
        {
            throw new InvalidDataException(
                $"{WindowField} is set, which {config.Architecture} does not have; remove it, or name the architecture that slides");
        }

        int first = isQwen ? (int)fields.Number("max_window_layers", DefaultFirstLayer) : 0;
        if (fields.FindTexts(LayersField) is { } layers) first = FirstSliding(layers, config, window is null);
        if (window is null || window >= config.ContextLength || first >= config.LayerCount) return config;
        return config with { SlidingWindow = window, FirstSlidingLayer = Math.Max(0, first) };
    }

    public static void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        if (config.Architecture == "MistralForCausalLM" && config.SlidingWindow is null) json.WriteNull(WindowField);
        if (config.SlidingWindow is not { } window) return;
        json.WriteNumber(WindowField, window);
        if (config.Architecture == "MistralForCausalLM") return;
        json.WriteBoolean("use_sliding_window", true);
        json.WriteNumber("max_window_layers", config.FirstSlidingLayer);
    }

    private static int FirstSliding(string[] layers, DecoderConfig config, bool isFull)
    {
        int count = layers.TakeWhile(layer => layer == Full).Count();
        bool isKnown = layers.Length == config.LayerCount && layers.Skip(count).All(layer => layer == Sliding);
        if (!isKnown || (isFull && count < layers.Length))
        {
            throw new InvalidDataException(
                $"{LayersField} must name each layer, first those with {Full}, then those with {Sliding}, and these only where a window is set");
        }

        return count;
    }
}

using System.Text.Json;
using Cremona.Inference.Architectures;
using Cremona.Inference.Architectures.Rotary;

namespace Cremona.Inference.Checkpoints;

/// <summary>Reads and writes <c>config.json</c> of Llama, Mistral, Qwen2 and Qwen3 models. An option that would change
/// the numbers and is not supported is refused by name.</summary>
public static class HuggingFaceConfig
{
    private const long FileBytesMax = 1 << 20;
    private const int SizeMax = 1 << 20;

    /// <summary>Positions are below this.</summary>
    internal const int ContextMax = 1 << 24;

    private static readonly string[] Architectures =
        ["LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"];

    /// <exception cref="InvalidDataException">The file is corrupt, or asks for what is not supported; the message
    /// names file and field.</exception>
    public static DecoderConfig Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > FileBytesMax)
            {
                throw new InvalidDataException($"{stream.Length} bytes exceed the limit {FileBytesMax}");
            }

            using var document = JsonDocument.Parse(stream);
            return Read(new ConfigFields(document.RootElement));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes the file in a fixed order of keys.</summary>
    public static void Write(string path, DecoderConfig config, TensorType type, int? endOfTextId) =>
        DurableFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(config.Architecture);
            json.WriteEndArray();
            json.WriteString("model_type", config.Architecture.Replace("ForCausalLM", "", StringComparison.Ordinal).ToLowerInvariant());
            json.WriteNumber("vocab_size", config.VocabularySize);
            json.WriteNumber("hidden_size", config.HiddenSize);
            json.WriteNumber("intermediate_size", config.IntermediateSize);
            json.WriteNumber("num_hidden_layers", config.LayerCount);
            json.WriteNumber("num_attention_heads", config.HeadCount);
            json.WriteNumber("num_key_value_heads", config.KeyValueHeadCount);
            json.WriteNumber("head_dim", config.HeadDimension);
            json.WriteNumber("max_position_embeddings", config.ContextLength);
            json.WriteNumber("rms_norm_eps", config.RmsNormEpsilon);
            HuggingFaceRope.Write(json, config);
            HuggingFaceWindow.Write(json, config);
            json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
            json.WriteBoolean("attention_bias", config.AttentionBias);
            json.WriteString("hidden_act", "silu");
            json.WriteString("torch_dtype", type switch
            {
                TensorType.F16 => "float16",
                TensorType.BF16 => "bfloat16",
                _ => "float32",
            });
            if (endOfTextId is { } id)
            {
                json.WriteNumber("eos_token_id", id);
            }

            json.WriteEndObject();
        });

    private static DecoderConfig Read(ConfigFields fields)
    {
        string architecture = fields.FirstString("architectures");
        if (!Architectures.Contains(architecture))
        {
            throw new InvalidDataException(
                $"architectures is {architecture}; supported are {string.Join(", ", Architectures)}");
        }

        RefuseUnsupported(fields);
        int hiddenSize = fields.Size("hidden_size", SizeMax);
        int headCount = fields.Size("num_attention_heads", SizeMax);
        (double theta, RopeScaling? scaling) = HuggingFaceRope.Read(fields);
        var config = new DecoderConfig
        {
            Architecture = architecture,
            VocabularySize = fields.Size("vocab_size", SizeMax),
            HiddenSize = hiddenSize,
            IntermediateSize = fields.Size("intermediate_size", SizeMax),
            LayerCount = fields.Size("num_hidden_layers", SizeMax),
            HeadCount = headCount,
            KeyValueHeadCount = fields.FindSize("num_key_value_heads", SizeMax) ?? headCount,
            HeadDimension = fields.FindSize("head_dim", SizeMax) ?? hiddenSize / headCount,
            ContextLength = fields.Size("max_position_embeddings", ContextMax),
            RmsNormEpsilon = (float)fields.Number("rms_norm_eps", 1e-6),
            RopeTheta = theta,
            RopeScaling = scaling,
            TieWordEmbeddings = fields.Flag("tie_word_embeddings", false),
            AttentionBias = architecture == "Qwen2ForCausalLM" || fields.Flag("attention_bias", false),
            QueryKeyNorm = architecture == "Qwen3ForCausalLM",
        };
        RefuseImpossible(config);
        return HuggingFaceWindow.Read(fields, config);
    }

    private static void RefuseUnsupported(ConfigFields fields)
    {
        string activation = fields.FindString("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
        {
            throw new InvalidDataException($"hidden_act is {activation}; silu is supported");
        }

        if (fields.Flag("mlp_bias", false))
        {
            throw new InvalidDataException("mlp_bias is true; biases of the feed-forward layer are not supported");
        }

        if (fields.IsSet("quantization_config"))
        {
            throw new InvalidDataException("quantization_config is set; only F32, F16 and BF16 weights are read");
        }
    }

    private static void RefuseImpossible(DecoderConfig config)
    {
        if (config.HeadCount % config.KeyValueHeadCount != 0)
        {
            throw new InvalidDataException("num_key_value_heads must divide num_attention_heads");
        }

        if ((long)config.HeadCount * config.HeadDimension > SizeMax)
        {
            throw new InvalidDataException($"num_attention_heads times head_dim exceeds {SizeMax}");
        }

        if (config.HeadDimension % 2 != 0)
        {
            throw new InvalidDataException("head_dim must be even, rotary positions turn pairs");
        }
    }
}

using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The shape of a decoder in GGUF metadata. An option that would change the numbers and is not supported is
/// refused by name.</summary>
internal static class GgufConfig
{
    public const string ArchitectureKey = "general.architecture";

    /// <summary>GGUF's word for Llama and Mistral, whose query and key rows are in another order.</summary>
    public const string Llama = "llama";

    public const string WindowKey = "attention.sliding_window";

    private const int SizeMax = 1 << 20;

    private static readonly Dictionary<string, string> Architectures = new(StringComparer.Ordinal)
    {
        [Llama] = "LlamaForCausalLM",
        ["qwen2"] = "Qwen2ForCausalLM",
        ["qwen3"] = "Qwen3ForCausalLM",
    };

    // What this reader understands; any other key of the architecture may change the numbers.
    private static readonly string[] KnownKeys =
    [
        "context_length", "embedding_length", "block_count", "feed_forward_length", "vocab_size",
        "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.value_length",
        "attention.layer_norm_rms_epsilon", WindowKey, "rope.freq_base", "rope.dimension_count",
        .. GgufRope.Keys,
    ];

    /// <summary>GGUF's word for an architecture of Hugging Face.</summary>
    public static string WordOf(DecoderConfig config) =>
        Architectures.FirstOrDefault(pair => pair.Value == config.Architecture).Key ?? Llama;

    /// <exception cref="InvalidDataException">A key is missing or asks for what is not supported.</exception>
    public static DecoderConfig Read(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        string word = metadata.Text(ArchitectureKey);
        if (!Architectures.TryGetValue(word, out string? architecture))
        {
            throw new InvalidDataException(
                $"{ArchitectureKey} is {word}; supported are {string.Join(", ", Architectures.Keys)}");
        }

        int heads = metadata.Size($"{word}.attention.head_count", SizeMax);
        int hidden = metadata.Size($"{word}.embedding_length", SizeMax);
        DecoderConfig config = new()
        {
            Architecture = architecture,
            VocabularySize = VocabularySize(file),
            HiddenSize = hidden,
            IntermediateSize = metadata.Size($"{word}.feed_forward_length", SizeMax),
            LayerCount = metadata.Size($"{word}.block_count", SizeMax),
            HeadCount = heads,
            KeyValueHeadCount = metadata.FindInteger($"{word}.attention.head_count_kv", 1, SizeMax) ?? heads,
            HeadDimension = metadata.FindInteger($"{word}.attention.key_length", 1, SizeMax) ?? hidden / heads,
            ContextLength = metadata.Size($"{word}.context_length", HuggingFaceConfig.ContextMax),
            RmsNormEpsilon = (float)(metadata.FindNumber($"{word}.attention.layer_norm_rms_epsilon") ?? 1e-6),
            RopeTheta = metadata.FindNumber($"{word}.rope.freq_base") ?? 10000,
            TieWordEmbeddings = file.Find("output.weight") is null,
            AttentionBias = file.Find("blk.0.attn_q.bias") is not null,
            QueryKeyNorm = word == "qwen3",
        };
        RefuseUnsupported(file, word, config);
        return WithWindow(metadata, word, config) with { RopeScaling = GgufRope.Read(file, word, config) };
    }

    private static int VocabularySize(GgufFile file)
    {
        GgufTensor embedding = file.Find("token_embd.weight")
            ?? throw new InvalidDataException("tensor token_embd.weight is missing");
        return embedding.Shape[0] <= SizeMax
            ? (int)embedding.Shape[0]
            : throw new InvalidDataException($"token_embd.weight has {embedding.Shape[0]} rows, at most {SizeMax} are read");
    }

    private static void RefuseUnsupported(GgufFile file, string word, DecoderConfig config)
    {
        GgufMetadata metadata = file.Metadata;
        string? unknown = metadata.Keys.FirstOrDefault(key => key.StartsWith($"{word}.", StringComparison.Ordinal)
            && !KnownKeys.Contains(key[(word.Length + 1)..]));
        if (unknown is not null) throw new InvalidDataException($"metadata {unknown} is set, which is not supported");

        int dimension = config.HeadDimension;
        if ((long)Math.Max(config.HeadCount, config.KeyValueHeadCount) * dimension > SizeMax)
        {
            throw new InvalidDataException($"{word}.attention.head_count times key_length exceeds {SizeMax}");
        }

        RequireEqual(metadata, $"{word}.rope.dimension_count", dimension);
        RequireEqual(metadata, $"{word}.attention.value_length", dimension);
        if (config.HeadCount % config.KeyValueHeadCount != 0)
        {
            throw new InvalidDataException("attention.head_count_kv must divide attention.head_count");
        }

        if (dimension % 2 != 0) throw new InvalidDataException("heads must have an even size, rotary positions turn pairs");
        if (config.RopeTheta <= 1) throw new InvalidDataException($"{word}.rope.freq_base is {config.RopeTheta}; expected more than 1");
    }

    /// <summary>GGUF has one window for all layers, and no word of its own for the Llama that slides,
    /// Mistral.</summary>
    private static DecoderConfig WithWindow(GgufMetadata metadata, string word, DecoderConfig config)
    {
        int window = metadata.FindInteger($"{word}.{WindowKey}", 0, int.MaxValue) ?? 0;
        if (window == 0 || window >= config.ContextLength) return config;
        return word == Llama
            ? config with { Architecture = "MistralForCausalLM", SlidingWindow = window }
            : throw new InvalidDataException(
                $"{word}.{WindowKey} is {window}, but not which layers slide; a Hugging Face folder says it");
    }

    private static void RequireEqual(GgufMetadata metadata, string key, int expected)
    {
        if (metadata.FindInteger(key, 0, SizeMax) is { } value && value != expected)
        {
            throw new InvalidDataException($"metadata {key} is {value}; only the size of a head, {expected}, is supported");
        }
    }
}

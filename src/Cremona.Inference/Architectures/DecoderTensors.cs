namespace Cremona.Inference.Architectures;

/// <summary>The names of Hugging Face for the tensors of a decoder.</summary>
internal static class DecoderTensors
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    /// <summary>Looks at names and shapes of everything that the configuration asks for.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void Check(ITensorReader files, DecoderConfig config)
    {
        files.Check(Embedding, config.VocabularySize, config.HiddenSize);
        files.Check(FinalNorm, config.HiddenSize);
        if (!config.TieWordEmbeddings) files.Check(Head, config.VocabularySize, config.HiddenSize);
        for (int layer = 0; layer < config.LayerCount; layer++) CheckLayer(files, config, Layer(layer));
    }

    public static DecoderLayerWeights ReadLayer(ITensorReader files, DecoderConfig config, int layer)
    {
        DecoderLayerVectors vectors = ReadVectors(files, config, layer);
        return new DecoderLayerWeights
        {
            AttentionNorm = vectors.AttentionNorm,
            MlpNorm = vectors.MlpNorm,
            Linear = [.. LinearKinds.All.Select(kind =>
                files.Read(LinearName(layer, kind), config.OutputSize(kind), config.InputSize(kind)))],
            Bias = vectors.Bias,
            QueryNorm = vectors.QueryNorm,
            KeyNorm = vectors.KeyNorm,
        };
    }

    /// <summary>What a layer has beside its matrices.</summary>
    public static DecoderLayerVectors ReadVectors(ITensorReader files, DecoderConfig config, int layer)
    {
        string name = Layer(layer);
        return new DecoderLayerVectors(
            files.Read($"{name}.input_layernorm.weight", config.HiddenSize),
            files.Read($"{name}.post_attention_layernorm.weight", config.HiddenSize),
            [.. LinearKinds.All.Select(kind => ReadBias(files, config, name, kind))],
            config.QueryKeyNorm ? files.Read($"{name}.self_attn.q_norm.weight", config.HeadDimension) : null,
            config.QueryKeyNorm ? files.Read($"{name}.self_attn.k_norm.weight", config.HeadDimension) : null);
    }

    /// <summary>The name of a layer's matrix [out, in].</summary>
    public static string LinearName(int layer, LinearKind kind) => $"{Layer(layer)}.{kind.ModuleName()}.weight";

    /// <summary>Every tensor with its name and shape, in a fixed order.</summary>
    public static IReadOnlyList<NamedTensor> List(DecoderWeights weights)
    {
        DecoderConfig config = weights.Config;
        List<NamedTensor> tensors = [new(Embedding, weights.Embedding, [config.VocabularySize, config.HiddenSize])];
        for (int layer = 0; layer < weights.Layers.Length; layer++)
        {
            AddLayer(tensors, config, Layer(layer), weights.Layers[layer]);
        }

        tensors.Add(new(FinalNorm, weights.FinalNorm, [config.HiddenSize]));
        if (weights.Head is { } head)
        {
            tensors.Add(new(Head, head, [config.VocabularySize, config.HiddenSize]));
        }

        return tensors;
    }

    private static string Layer(int layer) => $"model.layers.{layer}";

    private static void CheckLayer(ITensorReader files, DecoderConfig config, string layer)
    {
        files.Check($"{layer}.input_layernorm.weight", config.HiddenSize);
        files.Check($"{layer}.post_attention_layernorm.weight", config.HiddenSize);
        foreach (LinearKind kind in LinearKinds.All)
        {
            string module = $"{layer}.{kind.ModuleName()}";
            files.Check($"{module}.weight", config.OutputSize(kind), config.InputSize(kind));
            if (HasBias(files, config, module, kind)) files.Check($"{module}.bias", config.OutputSize(kind));
        }

        if (!config.QueryKeyNorm) return;
        files.Check($"{layer}.self_attn.q_norm.weight", config.HeadDimension);
        files.Check($"{layer}.self_attn.k_norm.weight", config.HeadDimension);
    }

    private static float[]? ReadBias(ITensorReader files, DecoderConfig config, string layer, LinearKind kind)
    {
        string module = $"{layer}.{kind.ModuleName()}";
        return HasBias(files, config, module, kind) ? files.Read($"{module}.bias", config.OutputSize(kind)) : null;
    }

    private static bool HasBias(ITensorReader files, DecoderConfig config, string module, LinearKind kind)
    {
        bool isAsked = config.AttentionBias && kind is LinearKind.Query or LinearKind.Key or LinearKind.Value;

        // Llama's attention_bias gives the output projection one too, Qwen2 has none: the file decides.
        return isAsked || files.Contains($"{module}.bias");
    }

    private static void AddLayer(List<NamedTensor> tensors, DecoderConfig config, string layer,
        DecoderLayerWeights weights)
    {
        tensors.Add(new($"{layer}.input_layernorm.weight", weights.AttentionNorm, [config.HiddenSize]));
        foreach (LinearKind kind in LinearKinds.All)
        {
            string name = $"{layer}.{kind.ModuleName()}";
            tensors.Add(new($"{name}.weight", weights.Linear[(int)kind], [config.OutputSize(kind), config.InputSize(kind)]));
            if (weights.Bias[(int)kind] is { } bias)
            {
                tensors.Add(new($"{name}.bias", bias, [config.OutputSize(kind)]));
            }
        }

        if (weights.QueryNorm is { } queryNorm)
        {
            tensors.Add(new($"{layer}.self_attn.q_norm.weight", queryNorm, [config.HeadDimension]));
            tensors.Add(new($"{layer}.self_attn.k_norm.weight", weights.KeyNorm!, [config.HeadDimension]));
        }

        tensors.Add(new($"{layer}.post_attention_layernorm.weight", weights.MlpNorm, [config.HiddenSize]));
    }
}

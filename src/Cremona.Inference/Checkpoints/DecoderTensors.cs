using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>The names of Hugging Face for the tensors of a decoder.</summary>
internal static class DecoderTensors
{
    private const string Embedding = "model.embed_tokens.weight";
    private const string FinalNorm = "model.norm.weight";
    private const string Head = "lm_head.weight";

    /// <summary>Reads every tensor of the shape that the configuration asks for.</summary>
    /// <exception cref="InvalidDataException">One is missing or has another shape.</exception>
    public static DecoderWeights Read(SafetensorsFolder files, DecoderConfig config) => new()
    {
        Config = config,
        Embedding = files.Read(Embedding, config.VocabularySize, config.HiddenSize),
        Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => ReadLayer(files, config, Layer(layer)))],
        FinalNorm = files.Read(FinalNorm, config.HiddenSize),
        Head = config.TieWordEmbeddings ? null : files.Read(Head, config.VocabularySize, config.HiddenSize),
    };

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

    private static DecoderLayerWeights ReadLayer(SafetensorsFolder files, DecoderConfig config, string layer) => new()
    {
        AttentionNorm = files.Read($"{layer}.input_layernorm.weight", config.HiddenSize),
        MlpNorm = files.Read($"{layer}.post_attention_layernorm.weight", config.HiddenSize),
        Linear = [.. LinearKinds.All.Select(kind =>
            files.Read($"{layer}.{kind.ModuleName()}.weight", config.OutputSize(kind), config.InputSize(kind)))],
        Bias = [.. LinearKinds.All.Select(kind => ReadBias(files, config, layer, kind))],
        QueryNorm = config.QueryKeyNorm ? files.Read($"{layer}.self_attn.q_norm.weight", config.HeadDimension) : null,
        KeyNorm = config.QueryKeyNorm ? files.Read($"{layer}.self_attn.k_norm.weight", config.HeadDimension) : null,
    };

    private static float[]? ReadBias(SafetensorsFolder files, DecoderConfig config, string layer, LinearKind kind)
    {
        string name = $"{layer}.{kind.ModuleName()}.bias";
        bool isAsked = config.AttentionBias && kind is LinearKind.Query or LinearKind.Key or LinearKind.Value;

        // Llama's attention_bias gives the output projection one too, Qwen2 has none: the file decides.
        return isAsked || files.Contains(name) ? files.Read(name, config.OutputSize(kind)) : null;
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

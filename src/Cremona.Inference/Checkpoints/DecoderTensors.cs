using Cremona.Inference.Architectures;

namespace Cremona.Inference.Checkpoints;

/// <summary>The names of Hugging Face for the tensors of a decoder.</summary>
internal static class DecoderTensors
{
    private const string Embedding = "model.embed_tokens.weight";
    private const string FinalNorm = "model.norm.weight";
    private const string Head = "lm_head.weight";

    /// <summary>Looks at names and shapes of everything that the configuration asks for.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void Check(ITensorFile files, DecoderConfig config)
    {
        files.Check(Embedding, config.VocabularySize, config.HiddenSize);
        files.Check(FinalNorm, config.HiddenSize);
        if (!config.TieWordEmbeddings) files.Check(Head, config.VocabularySize, config.HiddenSize);
        for (int layer = 0; layer < config.LayerCount; layer++) CheckLayer(files, config, Layer(layer));
    }

    public static float[] ReadEmbedding(ITensorFile files, DecoderConfig config) =>
        files.Read(Embedding, config.VocabularySize, config.HiddenSize);

    public static float[] ReadHead(ITensorFile files, DecoderConfig config) =>
        files.Read(Head, config.VocabularySize, config.HiddenSize);

    public static float[] ReadFinalNorm(ITensorFile files, DecoderConfig config) =>
        files.Read(FinalNorm, config.HiddenSize);

    public static DecoderLayerWeights ReadLayer(ITensorFile files, DecoderConfig config, int layer) =>
        ReadLayer(files, config, Layer(layer));

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

    private static void CheckLayer(ITensorFile files, DecoderConfig config, string layer)
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

    private static DecoderLayerWeights ReadLayer(ITensorFile files, DecoderConfig config, string layer) => new()
    {
        AttentionNorm = files.Read($"{layer}.input_layernorm.weight", config.HiddenSize),
        MlpNorm = files.Read($"{layer}.post_attention_layernorm.weight", config.HiddenSize),
        Linear = [.. LinearKinds.All.Select(kind =>
            files.Read($"{layer}.{kind.ModuleName()}.weight", config.OutputSize(kind), config.InputSize(kind)))],
        Bias = [.. LinearKinds.All.Select(kind => ReadBias(files, config, layer, kind))],
        QueryNorm = config.QueryKeyNorm ? files.Read($"{layer}.self_attn.q_norm.weight", config.HeadDimension) : null,
        KeyNorm = config.QueryKeyNorm ? files.Read($"{layer}.self_attn.k_norm.weight", config.HeadDimension) : null,
    };

    private static float[]? ReadBias(ITensorFile files, DecoderConfig config, string layer, LinearKind kind)
    {
        string module = $"{layer}.{kind.ModuleName()}";
        return HasBias(files, config, module, kind) ? files.Read($"{module}.bias", config.OutputSize(kind)) : null;
    }

    private static bool HasBias(ITensorFile files, DecoderConfig config, string module, LinearKind kind)
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

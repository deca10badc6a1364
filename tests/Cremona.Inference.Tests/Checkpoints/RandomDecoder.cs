using Cremona.Inference.Architectures;

namespace Cremona.Inference.Tests.Checkpoints;

/// <summary>Small decoders with reproducible weights.</summary>
internal static class RandomDecoder
{
    public static DecoderConfig Config { get; } = new()
    {
        Architecture = "Qwen3ForCausalLM",
        VocabularySize = 50,
        HiddenSize = 16,
        IntermediateSize = 24,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 8,
        ContextLength = 64,
        QueryKeyNorm = true,
        TieWordEmbeddings = true,
    };

    public static DecoderWeights Create(DecoderConfig config)
    {
        uint state = 1;
        float[] Next(int length) => [.. Enumerable.Range(0, length).Select(_ =>
        {
            state = (state * 1664525) + 1013904223;
            return ((state >> 8) / (float)(1 << 24)) - 0.5f;
        })];
        return new DecoderWeights
        {
            Config = config,
            Embedding = Next(config.VocabularySize * config.HiddenSize),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new DecoderLayerWeights
            {
                AttentionNorm = Next(config.HiddenSize),
                MlpNorm = Next(config.HiddenSize),
                Linear = [.. LinearKinds.All.Select(kind => Next(config.OutputSize(kind) * config.InputSize(kind)))],
                Bias = [.. LinearKinds.All.Select(kind =>
                    config.AttentionBias && kind <= LinearKind.Value ? Next(config.OutputSize(kind)) : null)],
                QueryNorm = config.QueryKeyNorm ? Next(config.HeadDimension) : null,
                KeyNorm = config.QueryKeyNorm ? Next(config.HeadDimension) : null,
            })],
            FinalNorm = Next(config.HiddenSize),
            Head = config.TieWordEmbeddings ? null : Next(config.VocabularySize * config.HiddenSize),
        };
    }
}

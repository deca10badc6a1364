using Cremona.Inference.Architectures;

namespace Cremona.Cli.Benchmarks;

/// <summary>A shape of model with random weights.</summary>
/// <param name="Name">As it is asked for and reported.</param>
/// <param name="Config">Its sizes.</param>
/// <param name="GeneratedTokens">Tokens of a measured answer.</param>
internal sealed record BenchmarkShape(string Name, DecoderConfig Config, int GeneratedTokens)
{
    /// <summary>Half a billion parameters, as Qwen2.5-0.5B, and 15 million.</summary>
    public static IReadOnlyList<BenchmarkShape> All { get; } =
    [
        new("0.5B", Shape(151_936, 896, 4864, 24, 14, 2, 64), 32),
        new("tiny", Shape(32_000, 288, 768, 6, 6, 6, 48), 128),
    ];

    private static DecoderConfig Shape(
        int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads, int dimension) => new()
        {
            Architecture = "LlamaForCausalLM",
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = intermediate,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = dimension,
            ContextLength = ServingFigures.LongContext + 640,
            TieWordEmbeddings = true,
        };
}

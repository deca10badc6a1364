using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Tests.Kernels;

namespace Cremona.Inference.Tests.Architectures;

/// <summary>Small models with random weights.</summary>
internal static class TestModels
{
    /// <summary>Odd sizes, so that every kernel meets its tails.</summary>
    public static DecoderConfig Config(
        bool bias = false, bool norms = false, bool tied = true,
        int heads = 6, int keyValueHeads = 2, int dimension = 10) => new()
        {
            Architecture = "Qwen3ForCausalLM",
            VocabularySize = 75,
            HiddenSize = 44,
            IntermediateSize = 70,
            LayerCount = 3,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = dimension,
            ContextLength = 300,
            AttentionBias = bias,
            QueryKeyNorm = norms,
            TieWordEmbeddings = tied,
        };

    public static DecoderWeights Random(DecoderConfig config, ulong seed)
    {
        var numbers = new TestNumbers(seed);
        return new DecoderWeights
        {
            Config = config,
            Embedding = numbers.Floats(config.VocabularySize * config.HiddenSize),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => Layer(config, numbers))],
            FinalNorm = Norm(config.HiddenSize, numbers),
            Head = config.TieWordEmbeddings
                ? null
                : numbers.Floats(config.VocabularySize * config.HiddenSize, Scale(config.HiddenSize)),
        };
    }

    public static LoraAdapter Adapter(DecoderConfig config, int rank, ulong seed, params LinearKind[] kinds)
    {
        var numbers = new TestNumbers(seed);
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (LinearKind kind in kinds.Length == 0 ? LinearKinds.All : kinds)
            {
                matrices[(layer, kind)] = new LoraMatrices(
                    numbers.Floats(rank * config.InputSize(kind), Scale(config.InputSize(kind))),
                    numbers.Floats(config.OutputSize(kind) * rank, 0.5f));
            }
        }

        return new LoraAdapter(config, rank, 2 * rank, matrices);
    }

    public static int[] Tokens(DecoderConfig config, int count, ulong seed)
    {
        var numbers = new TestNumbers(seed);
        return [.. Enumerable.Range(0, count).Select(_ => numbers.Next(config.VocabularySize))];
    }

    private static DecoderLayerWeights Layer(DecoderConfig config, TestNumbers numbers) => new()
    {
        AttentionNorm = Norm(config.HiddenSize, numbers),
        MlpNorm = Norm(config.HiddenSize, numbers),
        Linear = [.. LinearKinds.All.Select(kind => numbers.Floats(
            config.InputSize(kind) * config.OutputSize(kind), 2 * Scale(config.InputSize(kind))))],
        Bias = [.. LinearKinds.All.Select(kind => config.AttentionBias && kind <= LinearKind.Value
            ? numbers.Floats(config.OutputSize(kind), 0.3f)
            : null)],
        QueryNorm = config.QueryKeyNorm ? Norm(config.HeadDimension, numbers) : null,
        KeyNorm = config.QueryKeyNorm ? Norm(config.HeadDimension, numbers) : null,
    };

    private static float[] Norm(int length, TestNumbers numbers) =>
        [.. numbers.Floats(length, 0.3f).Select(value => 1 + value)];

    private static float Scale(int input) => 1 / MathF.Sqrt(input);
}

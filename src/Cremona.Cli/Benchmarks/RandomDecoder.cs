using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Benchmarks;

/// <summary>Reproducible random weights of a shape.</summary>
internal sealed class RandomDecoder(DecoderConfig config) : IDecoderSource
{
    private const float WeightMax = 0.05f;

    public DecoderConfig Config { get; } = config;

    public WeightFormat Format => WeightFormat.F32;

    public float[] ReadEmbedding() => Floats(1, (long)Config.VocabularySize * Config.HiddenSize);

    public float[]? ReadHead() => null;

    public float[] ReadFinalNorm() => Ones(Config.HiddenSize);

    public DecoderLayerWeights ReadLayer(int layer) => new()
    {
        AttentionNorm = Ones(Config.HiddenSize),
        MlpNorm = Ones(Config.HiddenSize),
        Linear = [.. LinearKinds.All.Select(kind => Floats(
            (ulong)((layer * 16) + (int)kind + 2), (long)Config.OutputSize(kind) * Config.InputSize(kind)))],
        Bias = new float[]?[LinearKinds.All.Count],
    };

    /// <summary>A rank-16 adapter of all linear layers.</summary>
    public LoraAdapter Adapter(ulong seed)
    {
        const int rank = 16;
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        for (int layer = 0; layer < Config.LayerCount; layer++)
        {
            foreach (LinearKind kind in LinearKinds.All)
            {
                ulong number = (seed << 32) + (ulong)((layer * 16) + (int)kind);
                matrices[(layer, kind)] = new LoraMatrices(
                    Floats(number, (long)rank * Config.InputSize(kind)),
                    Floats(number + 8, (long)Config.OutputSize(kind) * rank));
            }
        }

        return new LoraAdapter(Config, rank, rank, matrices);
    }

    private static float[] Ones(int length) => [.. Enumerable.Repeat(1f, length)];

    // Marsaglia's xorshift.
    private static float[] Floats(ulong seed, long length)
    {
        float[] values = new float[length];
        ulong state = (seed + 1) * 0x9E3779B97F4A7C15;
        for (int i = 0; i < values.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[i] = (((state >> 40) * (2f / (1 << 24))) - 1) * WeightMax;
        }

        return values;
    }
}

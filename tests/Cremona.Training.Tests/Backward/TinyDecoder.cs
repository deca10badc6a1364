using Cremona.Inference.Architectures;
using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

/// <summary>Decoders of a few thousand parameters with odd sizes, so that every vector loop has a tail.</summary>
internal static class TinyDecoder
{
    public static DecoderConfig Config(bool bias = false, bool headNorm = false, bool tied = true) => new()
    {
        Architecture = "Test",
        VocabularySize = 37,
        HiddenSize = 20,
        IntermediateSize = 27,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 6,
        ContextLength = 256,
        RmsNormEpsilon = 1e-5f,
        AttentionBias = bias,
        QueryKeyNorm = headNorm,
        TieWordEmbeddings = tied,
    };

    public static DecoderWeights Weights(DecoderConfig config, ulong seed)
    {
        ulong stream = 0;
        float[] Matrix(int rows, int columns) => Uniform(rows * columns, seed, stream++, 0, 1.5 / Math.Sqrt(columns));
        float[] Norm(int size) => Uniform(size, seed, stream++, 1, 0.3);
        return new DecoderWeights
        {
            Config = config,
            Embedding = Uniform(config.VocabularySize * config.HiddenSize, seed, stream++, 0, 1),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => new DecoderLayerWeights
            {
                AttentionNorm = Norm(config.HiddenSize),
                MlpNorm = Norm(config.HiddenSize),
                Linear = [.. LinearKinds.All.Select(kind => Matrix(config.OutputSize(kind), config.InputSize(kind)))],
                Bias = [.. LinearKinds.All.Select(kind => config.AttentionBias && kind <= LinearKind.Value
                    ? Uniform(config.OutputSize(kind), seed, stream++, 0, 0.5) : null)],
                QueryNorm = config.QueryKeyNorm ? Norm(config.HeadDimension) : null,
                KeyNorm = config.QueryKeyNorm ? Norm(config.HeadDimension) : null,
            })],
            FinalNorm = Norm(config.HiddenSize),
            Head = config.TieWordEmbeddings ? null : Matrix(config.VocabularySize, config.HiddenSize),
        };
    }

    /// <summary>Rows of the given lengths; about two in three tokens are learned.</summary>
    public static PackedBatch Batch(DecoderConfig config, ulong seed, params int[] rowLengths)
    {
        int count = rowLengths.Sum();
        int[] starts = [.. rowLengths.Select((_, row) => rowLengths.Take(row).Sum())];
        int[] tokens = [.. Enumerable.Range(0, count).Select(
            i => (int)(CounterRandom.Bits(seed, 900, (ulong)i) % (ulong)config.VocabularySize))];
        bool[] learned = [.. Enumerable.Range(0, count).Select(i => CounterRandom.Bits(seed, 901, (ulong)i) % 3 != 0)];
        return new PackedBatch(tokens, learned, starts);
    }

    public static float[] Uniform(int count, ulong seed, ulong stream, double center, double spread) =>
        [.. Enumerable.Range(0, count).Select(
            i => (float)(center + (spread * ((2 * CounterRandom.Uniform(seed, stream, (ulong)i)) - 1))))];
}

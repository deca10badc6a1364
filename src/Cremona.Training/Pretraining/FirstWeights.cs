using Cremona.Inference.Architectures;
using Cremona.Training.Backward;

namespace Cremona.Training.Pretraining;

/// <summary>Weights before training: matrices normal with a deviation of 1/√input, the two that write into the residual
/// stream smaller by √(2·layers) (Radford et al., 2019), norms one, biases zero.</summary>
public static class FirstWeights
{
    private const double EmbeddingDeviation = 0.02;

    /// <summary>The same configuration and seed give the same weights.</summary>
    public static DecoderWeights Create(DecoderConfig config, ulong seed)
    {
        return new DecoderWeights
        {
            Config = config,
            Embedding = Normal(config.VocabularySize * config.HiddenSize, EmbeddingDeviation, seed, stream: 0),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => CreateLayer(config, seed, layer))],
            FinalNorm = Ones(config.HiddenSize),
            Head = config.TieWordEmbeddings
                ? null
                : Normal(config.VocabularySize * config.HiddenSize, EmbeddingDeviation, seed, stream: 1),
        };
    }

    private static DecoderLayerWeights CreateLayer(DecoderConfig config, ulong seed, int layer)
    {
        float[][] linear = new float[LinearKinds.All.Count][];
        foreach (LinearKind kind in LinearKinds.All)
        {
            double deviation = 1 / Math.Sqrt(config.InputSize(kind));
            if (kind is LinearKind.Output or LinearKind.Down) deviation /= Math.Sqrt(2.0 * config.LayerCount);
            ulong stream = 2 + (ulong)((layer * LinearKinds.All.Count) + (int)kind);
            linear[(int)kind] = Normal(config.OutputSize(kind) * config.InputSize(kind), deviation, seed, stream);
        }

        return new DecoderLayerWeights
        {
            AttentionNorm = Ones(config.HiddenSize),
            MlpNorm = Ones(config.HiddenSize),
            Linear = linear,
            Bias = [.. LinearKinds.All.Select(kind =>
                HasBias(config, kind) ? new float[config.OutputSize(kind)] : null)],
            QueryNorm = config.QueryKeyNorm ? Ones(config.HeadDimension) : null,
            KeyNorm = config.QueryKeyNorm ? Ones(config.HeadDimension) : null,
        };
    }

    private static bool HasBias(DecoderConfig config, LinearKind kind) =>
        config.AttentionBias && kind is LinearKind.Query or LinearKind.Key or LinearKind.Value;

    private static float[] Ones(int count)
    {
        float[] values = new float[count];
        values.AsSpan().Fill(1);
        return values;
    }

    // Box and Muller, 1958: two uniform numbers give one normal number.
    private static float[] Normal(int count, double deviation, ulong seed, ulong stream)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - CounterRandom.Uniform(seed, stream, 2UL * (ulong)i)));
            double angle = 2 * Math.PI * CounterRandom.Uniform(seed, stream, (2UL * (ulong)i) + 1);
            values[i] = (float)(deviation * radius * Math.Cos(angle));
        }

        return values;
    }
}

using Cremona.Inference.Architectures;
using Cremona.Training.Backward;

namespace Cremona.Training.Pretraining;

/// <summary>Weights before training: matrices normal with a deviation of 0.02, the two that write into the residual
/// stream smaller by √(2·layers) (Radford et al., 2019), norms one, biases zero; on demand with an
/// <see cref="InductionHead"/>.</summary>
public static class FirstWeights
{
    private const double Deviation = 0.02;
    private const ulong InductionStream = 1UL << 32;

    /// <summary>The same configuration and seed give the same weights.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="seed">Of all random numbers.</param>
    /// <param name="hasInductionHead">The shape must have room for it.</param>
    public static DecoderWeights Create(DecoderConfig config, ulong seed, bool hasInductionHead)
    {
        var weights = new DecoderWeights
        {
            Config = config,
            Embedding = Normal(config.VocabularySize * config.HiddenSize, Deviation, seed, stream: 0),
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(layer => CreateLayer(config, seed, layer))],
            FinalNorm = Ones(config.HiddenSize),
            Head = config.TieWordEmbeddings
                ? null
                : Normal(config.VocabularySize * config.HiddenSize, Deviation, seed, stream: 1),
        };
        if (hasInductionHead) InductionHead.Write(weights, Deviation, seed, InductionStream);
        return weights;
    }

    private static DecoderLayerWeights CreateLayer(DecoderConfig config, ulong seed, int layer)
    {
        float[][] linear = new float[LinearKinds.All.Count][];
        foreach (LinearKind kind in LinearKinds.All)
        {
            double deviation = kind is LinearKind.Output or LinearKind.Down
                ? Deviation / Math.Sqrt(2.0 * config.LayerCount)
                : Deviation;
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

    private static float[] Normal(int count, double deviation, ulong seed, ulong stream)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(deviation * CounterRandom.Normal(seed, stream, (ulong)i));
        return values;
    }
}

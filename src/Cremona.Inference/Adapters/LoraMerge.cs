using Cremona.Inference.Architectures;

namespace Cremona.Inference.Adapters;

/// <summary>Writes an adapter into a copy of its base: W + scaling · B · A.</summary>
public static class LoraMerge
{
    /// <summary>The merged weights. What the adapter does not touch is shared with
    /// <paramref name="weights"/>.</summary>
    /// <exception cref="ArgumentException">The adapter was made for another shape.</exception>
    public static DecoderWeights Merge(DecoderWeights weights, LoraAdapter adapter)
    {
        if (adapter.Config != weights.Config)
            throw new ArgumentException("The adapter was made for a base of another shape.", nameof(adapter));
        return new DecoderWeights
        {
            Config = weights.Config,
            Embedding = weights.Embedding,
            Layers = [.. weights.Layers.Select((layer, index) => MergeLayer(layer, index, adapter))],
            FinalNorm = weights.FinalNorm,
            Head = weights.Head,
        };
    }

    private static DecoderLayerWeights MergeLayer(DecoderLayerWeights weights, int layer, LoraAdapter adapter) => new()
    {
        AttentionNorm = weights.AttentionNorm,
        MlpNorm = weights.MlpNorm,
        Linear = [.. LinearKinds.All.Select(kind =>
            adapter.Matrices.TryGetValue((layer, kind), out LoraMatrices? matrices)
            ? MergeMatrix(weights.Linear[(int)kind], matrices, adapter, kind)
            : weights.Linear[(int)kind])],
        Bias = weights.Bias,
        QueryNorm = weights.QueryNorm,
        KeyNorm = weights.KeyNorm,
    };

    private static float[] MergeMatrix(float[] weight, LoraMatrices matrices, LoraAdapter adapter, LinearKind kind)
    {
        int inputSize = adapter.Config.InputSize(kind);
        float[] merged = [.. weight]; // [out, in]
        for (int output = 0; output < adapter.Config.OutputSize(kind); output++)
        {
            Span<float> row = merged.AsSpan(output * inputSize, inputSize);
            for (int r = 0; r < adapter.Rank; r++)
            {
                float factor = adapter.Scaling * matrices.B[(output * adapter.Rank) + r];
                ReadOnlySpan<float> a = matrices.A.AsSpan(r * inputSize, inputSize);
                for (int i = 0; i < row.Length; i++) row[i] += factor * a[i];
            }
        }

        return merged;
    }
}

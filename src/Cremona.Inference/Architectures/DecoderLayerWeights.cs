namespace Cremona.Inference.Architectures;

/// <summary>Float32 weights of one decoder block; matrices are row-major [out, in].</summary>
public sealed class DecoderLayerWeights
{
    public required float[] AttentionNorm { get; init; } // [hiddenSize]

    public required float[] MlpNorm { get; init; } // [hiddenSize]

    /// <summary>The seven matrices, indexed by <see cref="LinearKind"/>.</summary>
    public required float[][] Linear { get; init; } // [7][out * in]

    /// <summary>Biases indexed by <see cref="LinearKind"/>; null where the layer has none.</summary>
    public required float[]?[] Bias { get; init; } // [7][out]

    public float[]? QueryNorm { get; init; } // [headDimension]

    public float[]? KeyNorm { get; init; } // [headDimension]
}

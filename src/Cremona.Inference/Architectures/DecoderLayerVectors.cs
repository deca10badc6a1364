namespace Cremona.Inference.Architectures;

/// <summary>What a decoder block has beside its matrices, float32.</summary>
/// <param name="AttentionNorm">[hiddenSize]</param>
/// <param name="MlpNorm">[hiddenSize]</param>
/// <param name="Bias">Indexed by <see cref="LinearKind"/>, each [out]; null where the layer has none.</param>
/// <param name="QueryNorm">[headDimension], or null.</param>
/// <param name="KeyNorm">[headDimension], or null.</param>
internal sealed record DecoderLayerVectors(
    float[] AttentionNorm, float[] MlpNorm, float[]?[] Bias, float[]? QueryNorm, float[]? KeyNorm);

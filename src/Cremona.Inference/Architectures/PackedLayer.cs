using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>The weights of one decoder block in the layout of the kernels. Linear layers with the same input are one
/// matrix, so that they are one multiplication.</summary>
internal sealed class PackedLayer
{
    public PackedLayer(
        DecoderConfig config, DecoderLayerWeights weights, WeightFormat format, ComputePool pool)
    {
        AttentionNorm = weights.AttentionNorm;
        MlpNorm = weights.MlpNorm;
        QueryNorm = weights.QueryNorm;
        KeyNorm = weights.KeyNorm;
        QueryKeyValue = new(config, weights, format, pool, LinearKinds.QueryKeyValue);
        Output = new(config, weights, format, pool, LinearKinds.Output);
        GateUp = new(config, weights, format, pool, LinearKinds.GateUp);
        Down = new(config, weights, format, pool, LinearKinds.Down);
    }

    public float[] AttentionNorm { get; }

    public float[] MlpNorm { get; }

    public float[]? QueryNorm { get; }

    public float[]? KeyNorm { get; }

    public PackedLinear QueryKeyValue { get; }

    public PackedLinear Output { get; }

    public PackedLinear GateUp { get; }

    public PackedLinear Down { get; }

    /// <summary>Bytes of the four matrices.</summary>
    public long SizeBytes =>
        QueryKeyValue.Matrix.SizeBytes + Output.Matrix.SizeBytes + GateUp.Matrix.SizeBytes + Down.Matrix.SizeBytes;
}

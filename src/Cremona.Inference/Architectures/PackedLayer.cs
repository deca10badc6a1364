using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>The weights of one decoder block in the layout of the kernels. Linear layers with the same input are one
/// matrix, so that they are one multiplication.</summary>
internal sealed class PackedLayer
{
    public PackedLayer(DecoderConfig config, ITensorReader files, int layer, WeightFormat format, ComputePool pool)
    {
        DecoderLayerVectors vectors = DecoderTensors.ReadVectors(files, config, layer);
        AttentionNorm = vectors.AttentionNorm;
        MlpNorm = vectors.MlpNorm;
        QueryNorm = vectors.QueryNorm;
        KeyNorm = vectors.KeyNorm;
        PackedLinear Pack(LinearKind[] kinds) => new(
            WeightMatrix.Pack(
                format, kinds.Sum(config.OutputSize), config.InputSize(kinds[0]),
                (first, rows) => ReadRows(files, config, (layer, kinds), first, rows), pool),
            kinds, JoinBiases(config, vectors.Bias, kinds));
        QueryKeyValue = Pack(LinearKinds.QueryKeyValue);
        Output = Pack(LinearKinds.Output);
        GateUp = Pack(LinearKinds.GateUp);
        Down = Pack(LinearKinds.Down);
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

    /// <summary>What <see cref="SizeBytes"/> will be.</summary>
    public static long Measure(DecoderConfig config, WeightFormat format) => LinearKinds.Groups.Sum(kinds =>
        WeightMatrix.Measure(format, kinds.Sum(config.OutputSize), config.InputSize(kinds[0])));

    /// <summary>Rows of the matrices that lie side by side, from one on.</summary>
    private static void ReadRows(
        ITensorReader files, DecoderConfig config, (int Layer, LinearKind[] Kinds) linear, int first, Span<float> rows)
    {
        int input = config.InputSize(linear.Kinds[0]);
        foreach (LinearKind kind in linear.Kinds)
        {
            int output = config.OutputSize(kind);
            int count = Math.Clamp(output - first, 0, rows.Length / input);
            string name = DecoderTensors.LinearName(linear.Layer, kind);
            if (count > 0) files.ReadRows(name, first, rows[..(count * input)], output, input);
            rows = rows[(count * input)..];
            first = Math.Max(0, first - output);
        }
    }

    private static float[]? JoinBiases(DecoderConfig config, float[]?[] biases, LinearKind[] kinds) =>
        kinds.Any(kind => biases[(int)kind] is not null)
            ? [.. kinds.SelectMany(kind => biases[(int)kind] ?? new float[config.OutputSize(kind)])]
            : null;
}

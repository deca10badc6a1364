using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>One or more linear layers with the same input, their outputs side by side.</summary>
internal sealed class PackedLinear
{
    public PackedLinear(DecoderConfig config, DecoderLayerWeights weights, params LinearKind[] kinds)
    {
        Kinds = kinds;
        int input = config.InputSize(kinds[0]);
        int output = kinds.Sum(config.OutputSize);
        float[] rows = kinds.Length == 1
            ? weights.Linear[(int)kinds[0]]
            : [.. kinds.SelectMany(kind => weights.Linear[(int)kind])];
        Matrix = PackedMatrix.Pack(rows, output, input);
        if (kinds.Any(kind => weights.Bias[(int)kind] is not null))
        {
            Bias = [.. kinds.SelectMany(kind => weights.Bias[(int)kind] ?? new float[config.OutputSize(kind)])];
        }
    }

    public LinearKind[] Kinds { get; }

    public PackedMatrix Matrix { get; }

    public float[]? Bias { get; }
}

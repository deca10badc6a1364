using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>One or more linear layers with the same input, their outputs side by side.</summary>
internal sealed class PackedLinear
{
    public PackedLinear(
        DecoderConfig config, DecoderLayerWeights weights, WeightFormat format, ComputePool pool,
        LinearKind[] kinds)
    {
        Kinds = kinds;
        int input = config.InputSize(kinds[0]);
        int output = kinds.Sum(config.OutputSize);
        float[] rows = kinds.Length == 1
            ? weights.Linear[(int)kinds[0]]
            : Join([.. kinds.Select(kind => weights.Linear[(int)kind])]);
        Matrix = WeightMatrix.Pack(format, rows, output, input, pool);
        if (kinds.Any(kind => weights.Bias[(int)kind] is not null))
        {
            Bias = Join(
                [.. kinds.Select(kind => weights.Bias[(int)kind] ?? new float[config.OutputSize(kind)])]);
        }
    }

    public LinearKind[] Kinds { get; }

    public WeightMatrix Matrix { get; }

    public float[]? Bias { get; }

    private static float[] Join(float[][] parts)
    {
        float[] whole = new float[parts.Sum(part => part.Length)];
        int done = 0;
        foreach (float[] part in parts)
        {
            part.CopyTo(whole, done);
            done += part.Length;
        }

        return whole;
    }
}

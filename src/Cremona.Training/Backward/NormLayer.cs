using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>RMSNorm over vectors of a batch, forward and backward: one vector per token, or one per head and
/// token.</summary>
internal sealed class NormLayer(ComputePool pool, float[] weight, float epsilon, int vectorsPerToken, int tokenCapacity)
{
    private readonly float[] _inverse = new float[tokenCapacity * vectorsPerToken]; // [tokens, vectorsPerToken]
    private readonly int _size = weight.Length;

    public TrainableTensor? Weight { get; private set; }

    public TrainableTensor Train(string name) =>
        Weight = new TrainableTensor($"{name}.weight", weight, new float[weight.Length], Decays: false);

    /// <summary>y = norm(x) and keeps the inverse roots for the way back. y may not be x.</summary>
    public void Forward(float[] x, float[] y, int tokens) => TokenBlocks.Run(pool, tokens, (first, end) =>
    {
        for (int i = first * vectorsPerToken; i < end * vectorsPerToken; i++)
        {
            var input = x.AsSpan(i * _size, _size);
            _inverse[i] = RmsNormBackward.InverseRms(input, epsilon);
            RmsNormBackward.Apply(input, _inverse[i], weight, y.AsSpan(i * _size, _size));
        }
    });

    /// <summary>y again, from the inverse roots of the last forward pass.</summary>
    public void Recompute(float[] x, float[] y, int tokens) => TokenBlocks.Run(pool, tokens, (first, end) =>
    {
        for (int i = first * vectorsPerToken; i < end * vectorsPerToken; i++)
            RmsNormBackward.Apply(x.AsSpan(i * _size, _size), _inverse[i], weight, y.AsSpan(i * _size, _size));
    });

    /// <summary>Adds the gradient of the weight if it is trained, and adds that of x to
    /// <paramref name="dx"/>.</summary>
    public void Backward(float[] x, float[] dy, float[] dx, int tokens)
    {
        if (Weight != null)
            ColumnSums.Add(pool, Weight.Gradient, tokens, (token, partial) => AddWeightGradient(x, dy, token, partial));
        TokenBlocks.Run(pool, tokens, (first, end) =>
        {
            for (int i = first * vectorsPerToken; i < end * vectorsPerToken; i++)
                RmsNormBackward.AddInputGradient(
                    x.AsSpan(i * _size, _size), _inverse[i], weight,
                    dy.AsSpan(i * _size, _size), dx.AsSpan(i * _size, _size));
        });
    }

    private void AddWeightGradient(float[] x, float[] dy, int token, Span<float> partial)
    {
        for (int i = token * vectorsPerToken; i < (token + 1) * vectorsPerToken; i++)
            RmsNormBackward.AddWeightGradient(
                x.AsSpan(i * _size, _size), _inverse[i], dy.AsSpan(i * _size, _size), partial);
    }
}

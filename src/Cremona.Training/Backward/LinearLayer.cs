using Cremona.Inference.Kernels;

namespace Cremona.Training.Backward;

/// <summary>A linear layer y = x·Wᵀ + bias, optionally with a LoRA update scaling · (x·Aᵀ)·Bᵀ, forward and backward.
/// Whatever has no gradient array is frozen and costs nothing on the way back.</summary>
internal sealed class LinearLayer(ComputePool pool, int inputSize, int outputSize, float[] weight, float[]? bias)
{
    private float[] _reduced = []; // [tokens, rank], scaling · x·Aᵀ, kept from the forward pass
    private float[] _dReduced = []; // [tokens, rank]
    private float _scaling;
    private int _rank;

    public TrainableTensor? Weight { get; private set; } // [outputSize, inputSize]

    public TrainableTensor? Bias { get; private set; } // [outputSize]

    public TrainableTensor? LoraA { get; private set; } // [rank, inputSize]

    public TrainableTensor? LoraB { get; private set; } // [outputSize, rank]

    /// <summary>Some parameter here is trained.</summary>
    public bool IsTrained => Weight != null || LoraA != null;

    /// <summary>Trains the weight and the bias.</summary>
    public IEnumerable<TrainableTensor> Train(string name)
    {
        Weight = new TrainableTensor($"{name}.weight", weight, new float[weight.Length], Decays: true) { Rows = outputSize };
        yield return Weight;
        if (bias == null)
            yield break;
        Bias = new TrainableTensor($"{name}.bias", bias, new float[bias.Length], Decays: false);
        yield return Bias;
    }

    /// <summary>Adds a trained adapter over the frozen weight: A uniform within ±1/sqrt(inputSize), as PEFT's Kaiming
    /// initialisation gives, and B zero, so that training starts at the base model.</summary>
    public IEnumerable<TrainableTensor> Adapt(
        string name, LoraSettings settings, ulong seed, ulong stream, int tokenCapacity)
    {
        _rank = settings.Rank;
        _scaling = settings.Alpha / settings.Rank;
        _reduced = new float[tokenCapacity * _rank];
        _dReduced = new float[tokenCapacity * _rank];
        float[] a = new float[_rank * inputSize];
        double bound = 1 / Math.Sqrt(inputSize);
        for (int i = 0; i < a.Length; i++)
            a[i] = (float)(bound * ((2 * CounterRandom.Uniform(seed, stream, (ulong)i)) - 1));
        LoraA = new TrainableTensor($"{name}.lora_A.weight", a, new float[a.Length], Decays: true);
        LoraB = new TrainableTensor(
            $"{name}.lora_B.weight", new float[outputSize * _rank], new float[outputSize * _rank], Decays: true);
        return [LoraA, LoraB];
    }

    /// <summary>y = layer(x), or y += layer(x).</summary>
    public void Forward(float[] x, float[] y, int tokens, bool accumulate = false)
    {
        var input = x.AsSpan(0, tokens * inputSize);
        var output = y.AsSpan(0, tokens * outputSize);
        MatrixMultiply.NT(pool, input, weight, output, tokens, outputSize, inputSize, accumulate);
        if (bias != null)
            TokenBlocks.Run(pool, tokens, (first, end) => AddBias(y, first, end));
        if (LoraA == null || LoraB == null)
            return;
        var reduced = _reduced.AsSpan(0, tokens * _rank);
        MatrixMultiply.NT(pool, input, LoraA.Value, reduced, tokens, _rank, inputSize);
        Elementwise.Scale(reduced, _scaling);
        MatrixMultiply.NT(pool, reduced, LoraB.Value, output, tokens, outputSize, _rank, accumulate: true);
    }

    /// <summary>Adds the gradients of the trained parameters and, when <paramref name="dx"/> is given, writes or adds
    /// that of the input. <paramref name="x"/> is read only when something here is trained.</summary>
    public void Backward(float[] x, float[] dy, float[]? dx, int tokens, bool accumulate = false)
    {
        var output = dy.AsSpan(0, tokens * outputSize);
        if (dx != null)
            MatrixMultiply.NN(
                pool, output, weight, dx.AsSpan(0, tokens * inputSize), tokens, inputSize, outputSize, accumulate);
        if (Weight != null)
            MatrixMultiply.TN(
                pool, output, x.AsSpan(0, tokens * inputSize), Weight.Gradient,
                outputSize, inputSize, tokens, accumulate: true);
        if (Bias != null)
            ColumnSums.Add(pool, dy, Bias.Gradient, tokens);
        if (LoraA != null && LoraB != null)
            AdapterBackward(LoraA, LoraB, x, dy, dx, tokens);
    }

    private void AdapterBackward(TrainableTensor a, TrainableTensor b, float[] x, float[] dy, float[]? dx, int tokens)
    {
        var output = dy.AsSpan(0, tokens * outputSize);
        var reduced = _reduced.AsSpan(0, tokens * _rank);
        var dReduced = _dReduced.AsSpan(0, tokens * _rank);
        MatrixMultiply.TN(pool, output, reduced, b.Gradient, outputSize, _rank, tokens, accumulate: true);
        MatrixMultiply.NN(pool, output, b.Value, dReduced, tokens, _rank, outputSize);
        Elementwise.Scale(dReduced, _scaling);
        MatrixMultiply.TN(
            pool, dReduced, x.AsSpan(0, tokens * inputSize), a.Gradient, _rank, inputSize, tokens, accumulate: true);
        if (dx != null)
            MatrixMultiply.NN(
                pool, dReduced, a.Value, dx.AsSpan(0, tokens * inputSize), tokens, inputSize, _rank, accumulate: true);
    }

    private void AddBias(float[] y, int first, int end)
    {
        for (int t = first; t < end; t++)
            VectorMath.Add(bias, y.AsSpan(t * outputSize, outputSize));
    }
}

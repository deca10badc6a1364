using System.Numerics;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Optimizers;

/// <summary>Momentum whose update of a matrix is made orthogonal, so that all its directions are learned at one pace
/// (Jordan et al., 2024, "Muon: an optimizer for hidden layers in neural networks"), with decoupled weight decay and
/// the update scaled to AdamW's size (Liu et al., 2025, "Muon is Scalable for LLM Training"). Embeddings, norms and
/// biases are AdamW's. A step does not depend on the number of threads.</summary>
public sealed class Muon : IOptimizer
{
    private readonly MuonOptions _options;
    private readonly TrainableTensor[] _parameters;
    private readonly TrainableTensor[] _matrices;
    private readonly float[][] _momenta;
    private readonly AdamW _rest;
    private readonly NewtonSchulz _orthogonal;

    /// <param name="parameters">Those with <see cref="TrainableTensor.Rows"/> are hidden matrices.</param>
    /// <param name="options">For the matrices.</param>
    /// <param name="rest">For all others.</param>
    /// <param name="pool">Shares the work of a step.</param>
    public Muon(
        IReadOnlyList<TrainableTensor> parameters, MuonOptions options, AdamWOptions rest, ComputePool pool)
    {
        (_options, _parameters) = (options, [.. parameters]);
        _matrices = [.. parameters.Where(p => p.Rows > 0)];
        _momenta = [.. _matrices.Select(m => new float[m.Value.Length])];
        _rest = new AdamW([.. parameters.Where(p => p.Rows == 0)], rest, pool);
        _orthogonal = new NewtonSchulz(
            pool, _matrices.Max(m => m.Value.Length), _matrices.Max(m => Math.Min(m.Rows, m.Columns)));
        var states = _rest.State
            .Concat(_matrices.Zip(_momenta, (m, momentum) => (m.Name, momentum, Array.Empty<float>())))
            .ToDictionary(s => s.Name);
        State = [.. parameters.Select(p => states[p.Name])];
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, float[] Moment1, float[] Moment2)> State { get; }

    /// <inheritdoc/>
    public long StepCount
    {
        get => _rest.StepCount;
        set => _rest.StepCount = value;
    }

    /// <inheritdoc/>
    /// <remarks>Clipping concerns AdamW's tensors alone, by their own norm: the size of an orthogonal update does not
    /// depend on the gradient's.</remarks>
    public double Step(double learningRate, double gradientNormMax)
    {
        double squares = _parameters.Sum(p => Elementwise.SumOfSquares(p.Gradient));
        if (!double.IsFinite(squares))
        {
            foreach (TrainableTensor parameter in _parameters) parameter.Gradient.AsSpan().Clear();
            return Math.Sqrt(squares);
        }

        _rest.Step(learningRate, gradientNormMax);
        for (int i = 0; i < _matrices.Length; i++) Update(_matrices[i], _momenta[i], learningRate);
        return Math.Sqrt(squares);
    }

    private void Update(TrainableTensor matrix, float[] momentum, double learningRate)
    {
        float[] direction = _orthogonal.Input;
        float keep = (float)_options.Momentum;
        float rest = 1 - keep;
        Span<float> gradient = matrix.Gradient;
        int whole = VectorLanes.Whole(momentum.Length);
        for (int i = 0; i < whole; i += VectorLanes.Width)
        {
            Vector<float> g = VectorLanes.Load(gradient, i) * rest;
            Vector<float> m = (VectorLanes.Load(momentum, i) * keep) + g;
            m.Store(momentum, i);
            (g + (m * keep)).Store(direction, i); // Nesterov's look ahead
        }

        for (int i = whole; i < momentum.Length; i++)
        {
            float g = gradient[i] * rest;
            momentum[i] = (momentum[i] * keep) + g;
            direction[i] = g + (momentum[i] * keep);
        }

        gradient.Clear();
        ReadOnlySpan<float> update = _orthogonal.Run(matrix.Rows, matrix.Columns);
        float decay = (float)(1 - (learningRate * _options.WeightDecay));
        float scale = (float)(learningRate * _options.UpdateScale * Math.Sqrt(Math.Max(matrix.Rows, matrix.Columns)));
        Span<float> value = matrix.Value;
        for (int i = 0; i < whole; i += VectorLanes.Width)
            ((VectorLanes.Load(value, i) * decay) - (VectorLanes.Load(update, i) * scale)).Store(value, i);
        for (int i = whole; i < value.Length; i++) value[i] = (value[i] * decay) - (update[i] * scale);
    }
}

using System.Numerics;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019), bias correction and clipping of the global
/// gradient norm; each step computes what PyTorch's <c>clip_grad_norm_</c> and <c>AdamW</c> compute. Norms are summed
/// in a fixed order, so a step does not depend on the number of threads.</summary>
public sealed class AdamW : IOptimizer
{
    /// <summary>Elements per task; fixed, since it is part of the order of the norm's sum.</summary>
    private const int SliceLength = 1 << 15;

    private readonly AdamWOptions _options;
    private readonly ComputePool? _pool;
    private readonly TrainableTensor[] _parameters;
    private readonly (string Name, float[] Moment1, float[] Moment2)[] _state;
    private readonly (int Tensor, int First, int Length)[] _slices;
    private readonly double[] _sliceSums;

    /// <summary>An optimiser with zero moments for <paramref name="parameters"/>, on the calling thread.</summary>
    public AdamW(IReadOnlyList<TrainableTensor> parameters, AdamWOptions options)
        : this(parameters, options, null)
    {
    }

    /// <summary>As the other, sharing the work of a step over a pool. The result is the same.</summary>
    public AdamW(IReadOnlyList<TrainableTensor> parameters, AdamWOptions options, ComputePool? pool)
    {
        _options = options;
        _pool = pool;
        _parameters = [.. parameters];
        _state = [.. parameters.Select(p => (p.Name, new float[p.Value.Length], new float[p.Value.Length]))];
        _slices = [.. Enumerable.Range(0, _parameters.Length).SelectMany(Slices)];
        _sliceSums = new double[_slices.Length];
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, float[] Moment1, float[] Moment2)> State => _state;

    /// <inheritdoc/>
    public long StepCount { get; set; }

    /// <inheritdoc/>
    public double Step(double learningRate, double gradientNormMax)
    {
        double norm = GradientNorm();
        if (!double.IsFinite(norm))
        {
            foreach (var parameter in _parameters)
                parameter.Gradient.AsSpan().Clear();
            return norm;
        }
        StepCount++;
        var update = new Update(_options, StepCount, learningRate, Math.Min(1, gradientNormMax / (norm + 1e-6)));
        Run(slice => Apply(update, _slices[slice]));
        return norm;
    }

    private double GradientNorm()
    {
        Run(slice =>
        {
            var (tensor, first, length) = _slices[slice];
            _sliceSums[slice] = Elementwise.SumOfSquares(_parameters[tensor].Gradient.AsSpan(first, length));
        });
        double sum = 0;
        foreach (double part in _sliceSums)
            sum += part;
        return Math.Sqrt(sum);
    }

    private void Run(Action<int> task)
    {
        if (_pool != null)
        {
            _pool.Run(_slices.Length, task);
            return;
        }
        for (int slice = 0; slice < _slices.Length; slice++)
            task(slice);
    }

    private void Apply(Update update, (int Tensor, int First, int Length) slice)
    {
        var parameter = _parameters[slice.Tensor];
        var (_, moment1, moment2) = _state[slice.Tensor];
        var gradient = parameter.Gradient.AsSpan(slice.First, slice.Length);
        update.Apply(
            parameter.Value.AsSpan(slice.First, slice.Length),
            gradient,
            moment1.AsSpan(slice.First, slice.Length),
            moment2.AsSpan(slice.First, slice.Length),
            parameter.Decays);
        gradient.Clear();
    }

    private IEnumerable<(int Tensor, int First, int Length)> Slices(int tensor)
    {
        int length = _parameters[tensor].Value.Length;
        for (int first = 0; first < length; first += SliceLength)
            yield return (tensor, first, Math.Min(SliceLength, length - first));
    }

    /// <summary>The scalars of one step, and the step on a slice.</summary>
    private readonly struct Update(AdamWOptions options, long step, double learningRate, double clip)
    {
        private readonly float _clip = (float)clip;
        private readonly float _beta1 = (float)options.Beta1;
        private readonly float _beta2 = (float)options.Beta2;
        private readonly float _rest1 = (float)(1 - options.Beta1);
        private readonly float _rest2 = (float)(1 - options.Beta2);
        private readonly float _epsilon = (float)options.Epsilon;
        private readonly float _keep = (float)(1 - (learningRate * options.WeightDecay));
        private readonly float _stepSize = (float)(learningRate / (1 - Math.Pow(options.Beta1, step)));
        private readonly float _rootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)));

        public void Apply(
            Span<float> value, ReadOnlySpan<float> gradient, Span<float> moment1, Span<float> moment2, bool decays)
        {
            float keep = decays ? _keep : 1;
            int whole = VectorLanes.Whole(value.Length);
            for (int i = 0; i < whole; i += VectorLanes.Width)
            {
                var g = VectorLanes.Load(gradient, i) * new Vector<float>(_clip);
                var m = (VectorLanes.Load(moment1, i) * _beta1) + (g * _rest1);
                var v = (VectorLanes.Load(moment2, i) * _beta2) + (g * g * _rest2);
                m.Store(moment1, i);
                v.Store(moment2, i);
                var root = (Vector.SquareRoot(v) * _rootCorrection) + new Vector<float>(_epsilon);
                ((VectorLanes.Load(value, i) * keep) - (m / root * _stepSize)).Store(value, i);
            }
            for (int i = whole; i < value.Length; i++)
            {
                float g = gradient[i] * _clip;
                float m = moment1[i] = (moment1[i] * _beta1) + (g * _rest1);
                float v = moment2[i] = (moment2[i] * _beta2) + (g * g * _rest2);
                value[i] = (value[i] * keep) - (m / ((MathF.Sqrt(v) * _rootCorrection) + _epsilon) * _stepSize);
            }
        }
    }
}

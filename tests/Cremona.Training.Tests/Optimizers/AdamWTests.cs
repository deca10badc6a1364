using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;
using Cremona.Training.Tests.Backward;

namespace Cremona.Training.Tests.Optimizers;

public class AdamWTests
{
    private static readonly AdamWOptions Options =
        new() { Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-6, WeightDecay = 0.3 };

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0.5)]
    public void Step_EqualsTheScalarFormula(double normMax)
    {
        TrainableTensor[] tensors = [Tensor("matrix", 37, decays: true), Tensor("norm", 21, decays: false)];
        var reference = tensors.Select(t => new ScalarAdamW(t)).ToArray();
        var optimizer = new AdamW(tensors, Options);
        for (int step = 1; step <= 5; step++)
        {
            Fill(tensors, (ulong)step);
            double norm = Math.Sqrt(tensors.Sum(t => t.Gradient.Sum(g => (double)g * g)));
            foreach (var scalar in reference)
                scalar.Step(step, 0.05 / step, Math.Min(1, normMax / (norm + 1e-6)));

            optimizer.Step(0.05 / step, normMax).ShouldBe(norm, 1e-6 * norm);

            foreach (var (tensor, scalar) in tensors.Zip(reference))
                for (int i = 0; i < tensor.Value.Length; i++)
                    ((double)tensor.Value[i]).ShouldBe(scalar.Value[i], 1e-6, $"{tensor.Name}[{i}], step {step}");
        }
        optimizer.StepCount.ShouldBe(5);
        tensors.ShouldAllBe(t => t.Gradient.All(g => g == 0));
    }

    [Fact]
    public void Step_IsBitIdentical_WithAndWithoutAPool()
    {
        TrainableTensor[] alone = [Tensor("a", 100_003, true), Tensor("b", 7, false)];
        TrainableTensor[] shared = [Tensor("a", 100_003, true), Tensor("b", 7, false)];
        using var pool = new ComputePool(4);
        var optimizer = new AdamW(alone, Options);
        var pooled = new AdamW(shared, Options, pool);
        for (ulong step = 0; step < 3; step++)
        {
            Fill(alone, step);
            Fill(shared, step);
            pooled.Step(0.01, 0.1).ShouldBe(optimizer.Step(0.01, 0.1));
        }

        shared[0].Value.AsSpan().SequenceEqual(alone[0].Value).ShouldBeTrue();
    }

    [Fact]
    public void Step_GoesOnExactly_WhenStateIsCarriedOver()
    {
        TrainableTensor[] straight = [Tensor("a", 50, true)];
        var optimizer = new AdamW(straight, Options);
        TrainableTensor[] resumed = [Tensor("a", 50, true)];
        Fill(straight, 1);
        optimizer.Step(0.01, 1);
        straight[0].Value.CopyTo(resumed[0].Value, 0);
        var second = new AdamW(resumed, Options) { StepCount = optimizer.StepCount };
        optimizer.State[0].Moment1.CopyTo(second.State[0].Moment1, 0);
        optimizer.State[0].Moment2.CopyTo(second.State[0].Moment2, 0);

        Fill(straight, 2);
        Fill(resumed, 2);
        optimizer.Step(0.01, 1);
        second.Step(0.01, 1);

        resumed[0].Value.ShouldBe(straight[0].Value);
    }

    [Fact]
    public void Step_ChangesNothing_WhenAGradientIsNotFinite()
    {
        TrainableTensor[] tensors = [Tensor("a", 50, true)];
        float[] before = [.. tensors[0].Value];
        var optimizer = new AdamW(tensors, Options);
        Fill(tensors, 1);
        tensors[0].Gradient[17] = float.NaN;

        double.IsNaN(optimizer.Step(0.01, 1)).ShouldBeTrue();

        tensors[0].Value.ShouldBe(before);
        tensors[0].Gradient.ShouldAllBe(g => g == 0);
        optimizer.StepCount.ShouldBe(0);
        optimizer.State[0].Moment1.ShouldAllBe(m => m == 0);
    }

    private static TrainableTensor Tensor(string name, int size, bool decays) =>
        new(name, TinyDecoder.Uniform(size, 1, (ulong)size, 0, 1), new float[size], decays);

    private static void Fill(TrainableTensor[] tensors, ulong seed)
    {
        foreach (var tensor in tensors)
            TinyDecoder.Uniform(tensor.Gradient.Length, seed, 77, 0.1, 1).CopyTo(tensor.Gradient, 0);
    }

    /// <summary>The update as the paper writes it, in double precision.</summary>
    private sealed class ScalarAdamW(TrainableTensor tensor)
    {
        private readonly double[] _m = new double[tensor.Value.Length];
        private readonly double[] _v = new double[tensor.Value.Length];

        public double[] Value { get; } = [.. tensor.Value.Select(x => (double)x)];

        public void Step(int step, double learningRate, double clip)
        {
            for (int i = 0; i < Value.Length; i++)
            {
                double g = tensor.Gradient[i] * clip;
                _m[i] = (Options.Beta1 * _m[i]) + ((1 - Options.Beta1) * g);
                _v[i] = (Options.Beta2 * _v[i]) + ((1 - Options.Beta2) * g * g);
                double mean = _m[i] / (1 - Math.Pow(Options.Beta1, step));
                double square = _v[i] / (1 - Math.Pow(Options.Beta2, step));
                if (tensor.Decays)
                    Value[i] -= learningRate * Options.WeightDecay * Value[i];
                Value[i] -= learningRate * mean / (Math.Sqrt(square) + Options.Epsilon);
            }
        }
    }
}

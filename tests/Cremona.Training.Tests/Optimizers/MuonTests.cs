using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;
using Cremona.Training.Tests.Backward;

namespace Cremona.Training.Tests.Optimizers;

public class MuonTests
{
    private const double LearningRate = 0.02;

    private static readonly MuonOptions Options = new() { Momentum = 0.8, UpdateScale = 0.3, WeightDecay = 0.5 };

    private static readonly AdamWOptions RestOptions = new() { WeightDecay = 0.5 };

    [Theory]
    [InlineData(5, 5)]
    [InlineData(4, 11)]
    [InlineData(13, 6)]
    [InlineData(1, 7)]
    public void Step_EqualsTheFormula_InDoublePrecision(int rows, int columns)
    {
        TrainableTensor[] tensors = [Matrix("matrix", rows, columns)];
        double[] value = [.. tensors[0].Value.Select(x => (double)x)];
        double[] momentum = new double[value.Length];
        using var pool = new ComputePool(1);
        var optimizer = new Muon(tensors, Options, RestOptions, pool);
        for (int step = 1; step <= 4; step++)
        {
            Fill(tensors, (ulong)step);
            double[] gradient = [.. tensors[0].Gradient.Select(x => (double)x)];
            double[] look = new double[value.Length];
            for (int i = 0; i < value.Length; i++)
            {
                momentum[i] = (Options.Momentum * momentum[i]) + ((1 - Options.Momentum) * gradient[i]);
                look[i] = (Options.Momentum * momentum[i]) + ((1 - Options.Momentum) * gradient[i]);
            }

            double[] update = Orthogonal(look, rows, columns);
            double scale = LearningRate * Options.UpdateScale * Math.Sqrt(Math.Max(rows, columns));
            for (int i = 0; i < value.Length; i++)
                value[i] = (value[i] * (1 - (LearningRate * Options.WeightDecay))) - (scale * update[i]);

            double norm = Math.Sqrt(gradient.Sum(g => g * g));
            optimizer.Step(LearningRate, 1).ShouldBe(norm, 1e-5 * norm);

            // Float32 through five steps that amplify small singular values up to 3.4 times each.
            for (int i = 0; i < value.Length; i++) ((double)tensors[0].Value[i]).ShouldBe(value[i], 2e-4);
        }

        tensors[0].Gradient.ShouldAllBe(g => g == 0);
        optimizer.StepCount.ShouldBe(4);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(8, 40)]
    [InlineData(40, 8)]
    public void Orthogonalisation_BringsEveryDirectionNearOne(int rows, int columns)
    {
        using var pool = new ComputePool(1);
        var orthogonal = new NewtonSchulz(pool, rows * columns, Math.Min(rows, columns));
        TinyDecoder.Uniform(rows * columns, 5, 6, 0, 1).CopyTo(orthogonal.Input, 0);
        float[] result = orthogonal.Run(rows, columns).ToArray();

        // The traces of the Gram matrix and of its square bound how far the singular values spread.
        int side = Math.Min(rows, columns);
        double[] gram = rows <= columns
            ? Multiply([.. result.Select(x => (double)x)], Transpose(result, rows, columns), rows, columns, rows)
            : Multiply(Transpose(result, rows, columns), [.. result.Select(x => (double)x)], columns, rows, columns);
        double mean = Enumerable.Range(0, side).Sum(i => gram[(i * side) + i]) / side;
        double meanSquare = gram.Sum(x => x * x) / side;
        mean.ShouldBeInRange(0.5, 1.3);
        (meanSquare - (mean * mean)).ShouldBeLessThan(0.12);
    }

    [Fact]
    public void Step_LeavesVectorsAndEmbeddingsToAdamW()
    {
        TrainableTensor[] mixed = [Plain("embedding", 30, true), Matrix("matrix", 4, 6), Plain("norm", 9, false)];
        TrainableTensor[] plain = [Plain("embedding", 30, true), Plain("norm", 9, false)];
        using var pool = new ComputePool(1);
        var muon = new Muon(mixed, Options, RestOptions, pool);
        var adam = new AdamW(plain, RestOptions, pool);
        for (ulong step = 0; step < 3; step++)
        {
            Fill(mixed, step);
            mixed[0].Gradient.CopyTo(plain[0].Gradient, 0);
            mixed[2].Gradient.CopyTo(plain[1].Gradient, 0);
            muon.Step(LearningRate, 0.5);
            adam.Step(LearningRate, 0.5);
        }

        mixed[0].Value.ShouldBe(plain[0].Value);
        mixed[2].Value.ShouldBe(plain[1].Value);
        muon.State.Select(s => s.Name).ShouldBe(["embedding", "matrix", "norm"]);
        muon.State[1].Moment2.ShouldBeEmpty();
    }

    [Fact]
    public void Step_IsBitIdentical_OnAnyNumberOfThreads()
    {
        float[][] results = [.. new[] { 1, 3 }.Select(threads =>
        {
            TrainableTensor[] tensors = [Matrix("a", 96, 64), Plain("b", 50, true)];
            using var pool = new ComputePool(threads);
            var optimizer = new Muon(tensors, Options, RestOptions, pool);
            for (ulong step = 0; step < 2; step++)
            {
                Fill(tensors, step);
                optimizer.Step(LearningRate, 1);
            }

            return tensors[0].Value;
        })];
        results[1].AsSpan().SequenceEqual(results[0]).ShouldBeTrue();
    }

    [Fact]
    public void Step_ChangesNothing_WhenAnyGradientIsNotFinite()
    {
        TrainableTensor[] tensors = [Matrix("a", 5, 4), Plain("b", 6, true)];
        float[][] before = [.. tensors.Select(t => t.Value.ToArray())];
        using var pool = new ComputePool(1);
        var optimizer = new Muon(tensors, Options, RestOptions, pool);
        Fill(tensors, 1);
        tensors[1].Gradient[3] = float.PositiveInfinity;

        double.IsFinite(optimizer.Step(LearningRate, 1)).ShouldBeFalse();

        tensors.Zip(before).ShouldAllBe(t => t.First.Value.SequenceEqual(t.Second));
        tensors.ShouldAllBe(t => t.Gradient.All(g => g == 0));
        optimizer.StepCount.ShouldBe(0);
        optimizer.State[0].Moment1.ShouldAllBe(m => m == 0);
    }

    private static double[] Orthogonal(double[] matrix, int rows, int columns)
    {
        double norm = Math.Sqrt(matrix.Sum(x => x * x)) + 1e-7;
        double[] x = [.. matrix.Select(v => v / norm)];
        for (int step = 0; step < 5; step++)
        {
            double[] gram = Multiply(x, Transpose(x, rows, columns), rows, columns, rows);
            double[] square = Multiply(gram, gram, rows, rows, rows);
            double[] factor = [.. gram.Zip(square, (g, s) => (-4.7750 * g) + (2.0315 * s))];
            for (int i = 0; i < rows; i++) factor[(i * rows) + i] += 3.4445;
            x = Multiply(factor, x, rows, rows, columns);
        }

        return x;
    }

    private static double[] Multiply(double[] a, double[] b, int m, int k, int n)
    {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int p = 0; p < k; p++)
                    c[(i * n) + j] += a[(i * k) + p] * b[(p * n) + j];
        return c;
    }

    private static double[] Transpose<T>(T[] x, int rows, int columns)
        where T : struct, IConvertible =>
        [.. Enumerable.Range(0, rows * columns).Select(i => x[(i % rows * columns) + (i / rows)].ToDouble(null))];

    private static TrainableTensor Matrix(string name, int rows, int columns) =>
        Plain(name, rows * columns, true) with { Rows = rows };

    private static TrainableTensor Plain(string name, int size, bool decays) =>
        new(name, TinyDecoder.Uniform(size, 1, (ulong)size, 0, 1), new float[size], decays);

    private static void Fill(TrainableTensor[] tensors, ulong seed)
    {
        foreach (TrainableTensor tensor in tensors)
        {
            ulong stream = (ulong)tensor.Gradient.Length;
            TinyDecoder.Uniform(tensor.Gradient.Length, seed, stream, 0.1, 1).CopyTo(tensor.Gradient, 0);
        }
    }
}

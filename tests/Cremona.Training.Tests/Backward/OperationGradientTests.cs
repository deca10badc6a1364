using Cremona.Inference.Kernels;
using Cremona.Training.Backward;

namespace Cremona.Training.Tests.Backward;

/// <summary>Gradients of single operations against central differences of their formulas in double precision. Each
/// checks the scalar Σ y · r for a fixed random r, at sizes with and without vector tails.</summary>
public class OperationGradientTests
{
    /// <summary>A few float32 operations on numbers near one, 6e-8 each; the differences themselves are good to
    /// 1e-9.</summary>
    private const double Tolerance = 3e-6;

    private const double Step = 1e-5;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void RmsNorm_GradientsEqualCentralDifferences(int size)
    {
        const float epsilon = 1e-5f;
        float[] x = Random(0, size), w = Random(1, size), r = Random(2, size);
        float[] y = new float[size], dx = new float[size], dw = new float[size];
        float inverse = RmsNormBackward.InverseRms(x, epsilon);
        RmsNormBackward.Apply(x, inverse, w, y);
        RmsNormBackward.AddInputGradient(x, inverse, w, r, dx);
        RmsNormBackward.AddWeightGradient(x, inverse, r, dw);

        double Scalar(double[] v, double[] weight)
        {
            double root = Math.Sqrt((v.Sum(e => e * e) / size) + epsilon);
            return Enumerable.Range(0, size).Sum(i => v[i] / root * weight[i] * r[i]);
        }

        Dot(y, r).ShouldBe(Scalar(Double(x), Double(w)), Tolerance * size);
        AssertGradient(dx, x, v => Scalar(v, Double(w)));
        AssertGradient(dw, w, weight => Scalar(Double(x), weight));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(37)]
    public void SwiGlu_GradientsEqualCentralDifferences(int size)
    {
        float[] gate = Random(0, size), up = Random(1, size), r = Random(2, size);
        float[] y = new float[size], dGate = [.. r], dUp = new float[size];
        SwiGlu.Apply(gate, up, y);
        SwiGluBackward.Apply(gate, up, dGate, dGate, dUp);

        double Scalar(double[] g, double[] u) =>
            Enumerable.Range(0, size).Sum(i => g[i] / (1 + Math.Exp(-g[i])) * u[i] * r[i]);

        Dot(y, r).ShouldBe(Scalar(Double(gate), Double(up)), Tolerance * size);
        AssertGradient(dGate, gate, g => Scalar(g, Double(up)));
        AssertGradient(dUp, up, u => Scalar(Double(gate), u));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    [InlineData(101)]
    public void CrossEntropy_GradientEqualsCentralDifferences(int size)
    {
        const float scale = 0.75f;
        float[] logits = Random(0, size, spread: 4);
        int target = size / 2;
        float[] gradient = [.. logits];

        double loss = CrossEntropy.LossAndGradient(gradient, target, scale);

        double Loss(double[] z) => Math.Log(z.Sum(Math.Exp)) - z[target];

        loss.ShouldBe(Loss(Double(logits)), Tolerance);
        AssertGradient(gradient, logits, z => scale * Loss(z));
        CrossEntropy.Loss(logits, target).ShouldBe(loss, "both forms sum the same numbers in the same order");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(101)]
    public void CrossEntropy_ToADistribution_GradientEqualsCentralDifferences(int size)
    {
        const float scale = 0.75f;
        float[] logits = Random(0, size, spread: 4);
        var target = TokenDistribution.Top(Random(1, size, spread: 3), 5);
        float[] gradient = [.. logits];

        double loss = CrossEntropy.LossAndGradient(gradient, target, scale);

        double Loss(double[] z) => Math.Log(z.Sum(Math.Exp))
            - target.Ids.Zip(target.Probabilities, (id, p) => p * z[id]).Sum();

        loss.ShouldBe(Loss(Double(logits)), Tolerance);
        AssertGradient(gradient, logits, z => scale * Loss(z));
    }

    [Fact]
    public void CrossEntropy_IsFinite_WhenLogitsAreHuge()
    {
        float[] logits = [1e4f, -1e4f, 0];
        CrossEntropy.LossAndGradient(logits, 1, 1).ShouldBe(2e4, 1e-3);
        logits.ShouldBe([1, -1, 0]);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(64)]
    public void Rope_GradientEqualsCentralDifferences(int size)
    {
        const int position = 29;
        const double theta = 5000;
        var table = new RotaryTable(size, theta);
        table.Reserve(32);
        float[] x = Random(0, size), r = Random(1, size);
        float[] y = [.. x], dx = [.. r];
        Rope.Apply(y, 1, [position], table);
        RopeBackward.Apply(dx, 1, [position], table);

        double Scalar(double[] v)
        {
            double sum = 0;
            for (int i = 0; i < size / 2; i++)
            {
                double angle = position * Math.Pow(theta, -2.0 * i / size);
                double other = v[i + (size / 2)];
                sum += r[i] * ((v[i] * Math.Cos(angle)) - (other * Math.Sin(angle)));
                sum += r[i + (size / 2)] * ((other * Math.Cos(angle)) + (v[i] * Math.Sin(angle)));
            }
            return sum;
        }

        Dot(y, r).ShouldBe(Scalar(Double(x)), Tolerance * size);
        AssertGradient(dx, x, Scalar);
    }

    [Fact]
    public void SwiGlu_GradientsAgree_OnEveryInstructionSet()
    {
        const int size = 37;
        float[] gate = Random(0, size, spread: 20), up = Random(1, size), dy = Random(2, size);
        float[] expectedGate = new float[size], expectedUp = new float[size];
        SwiGluBackward.Apply(SimdLevel.Scalar, gate, up, dy, expectedGate, expectedUp);
        foreach (var level in InstructionSet.Supported)
        {
            float[] dGate = new float[size], dUp = new float[size];
            SwiGluBackward.Apply(level, gate, up, dy, dGate, dUp);
            for (int i = 0; i < size; i++)
            {
                dGate[i].ShouldBe(expectedGate[i], 4e-5f, $"{level}, gate {i}");
                dUp[i].ShouldBe(expectedUp[i], 4e-5f, $"{level}, up {i}");
            }
        }
    }

    private static void AssertGradient(float[] gradient, float[] at, Func<double[], double> scalar)
    {
        double[] x = Double(at);
        for (int i = 0; i < x.Length; i++)
        {
            double kept = x[i];
            x[i] = kept + Step;
            double above = scalar(x);
            x[i] = kept - Step;
            double below = scalar(x);
            x[i] = kept;
            ((double)gradient[i]).ShouldBe((above - below) / (2 * Step), Tolerance, $"element {i}");
        }
    }

    private static float[] Random(ulong stream, int size, double spread = 1.5) =>
        TinyDecoder.Uniform(size, 4, stream, 0.2, spread);

    private static double[] Double(float[] x) => [.. x.Select(v => (double)v)];

    private static double Dot(float[] a, float[] b) => a.Select((v, i) => (double)v * b[i]).Sum();
}

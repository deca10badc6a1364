using Cremona.Inference.Kernels;
using CsCheck;

namespace Cremona.Inference.Tests.Kernels;

/// <summary>The kernels that work on one row against their references, on every instruction set.</summary>
public class RowKernelsTests
{
    private static readonly Gen<(int Length, float Scale, ulong Seed)> Rows = Gen.Select(
        Gen.Int[1, 140],
        Gen.OneOf(Gen.Const(1e-20f), Gen.Const(1e-3f), Gen.Const(1f), Gen.Const(60f), Gen.Const(1e4f)),
        Gen.ULong);

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void RmsNorm_EqualsTheReference_ForAnyRow(SimdLevel level) => Rows.Sample(
        row =>
        {
            var numbers = new TestNumbers(row.Seed);
            float[] x = numbers.Floats(row.Length, row.Scale);
            float[] weight = numbers.Floats(row.Length, 2);
            var expected = new float[row.Length];
            RmsNormReference.Apply(x, weight, 1e-6f, expected);
            RmsNorm.Apply(level, x, weight, 1e-6f, x);
            ShouldAgree(x, expected, 1e-6f);
        },
        iter: 300, threads: 1);

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void Softmax_EqualsTheReference_ForAnyRow(SimdLevel level) => Rows.Sample(
        row =>
        {
            float[] x = new TestNumbers(row.Seed).Floats(row.Length, row.Scale);
            float[] expected = [.. x];
            SoftmaxReference.Apply(expected);
            Softmax.Apply(level, x);
            ShouldAgree(x, expected, 2e-6f);
            x.Sum(value => (double)value).ShouldBe(1, 1e-5);
        },
        iter: 300, threads: 1);

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void Softmax_GivesNothingToImpossibleTokens(SimdLevel level)
    {
        float[] x = [.. Enumerable.Repeat(float.NegativeInfinity, 35)];
        x[3] = x[34] = -1e30f;
        Softmax.Apply(level, x);
        x[3].ShouldBe(0.5f);
        x[34].ShouldBe(0.5f);
        x.Sum().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void SwiGlu_EqualsTheReference_ForAnyRow(SimdLevel level) => Rows.Sample(
        row =>
        {
            var numbers = new TestNumbers(row.Seed);
            float[] gate = numbers.Floats(row.Length, row.Scale);
            float[] up = numbers.Floats(row.Length, row.Scale);
            var expected = new float[row.Length];
            SwiGluReference.Apply(gate, up, expected);
            SwiGlu.Apply(level, gate, up, gate);
            ShouldAgree(gate, expected, 1e-6f);
        },
        iter: 300, threads: 1);

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void Rope_EqualsTheReference_ForAnyHeads(SimdLevel level) => Gen.Select(
        Gen.Int[1, 40], Gen.Int[1, 3], Gen.Int[1, 4], Gen.ULong).Sample(
        (half, headCount, tokens, seed) =>
        {
            var table = new RotaryTable(2 * half, 10_000);
            table.Reserve(500);
            var numbers = new TestNumbers(seed);
            int size = headCount * 2 * half;
            float[] heads = numbers.Floats(tokens * size);
            int[] positions = [.. Enumerable.Range(0, tokens).Select(_ => numbers.Next(500))];
            float[] expected = [.. heads];
            for (int i = 0; i < tokens; i++)
            {
                RopeReference.Turn(
                    expected.AsSpan(i * size, size), table.Cosines(positions[i]), table.Sines(positions[i]));
            }

            Rope.Apply(level, heads, headCount, positions, table);
            ShouldAgree(heads, expected, 1e-6f);
        },
        iter: 100, threads: 1);

    [Fact]
    public void Reserve_KeepsTheAngles_WhenTheTableGrows()
    {
        var table = new RotaryTable(8, 1_000_000);
        table.Reserve(3);
        float[] before = [.. table.Cosines(2), .. table.Sines(2)];
        table.Reserve(1000);
        ((float[])[.. table.Cosines(2), .. table.Sines(2)]).ShouldBe(before);
        table.Cosines(999)[0].ShouldBe((float)Math.Cos(999));
    }

    private static void ShouldAgree(float[] actual, float[] expected, float relative)
    {
        float largest = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            float bound = (MathF.Abs(expected[i]) * relative) + (largest * 3e-7f) + 1e-44f;
            if (MathF.Abs(actual[i] - expected[i]) <= bound) continue;
            Assert.Fail($"element {i} of {expected.Length} is {actual[i]:G9}, expected {expected[i]:G9}");
        }
    }
}

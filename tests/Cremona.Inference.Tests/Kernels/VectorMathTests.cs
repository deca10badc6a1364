using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class VectorMathTests
{
    [Theory]
    [MemberData(nameof(KernelLevels.Vectorised), MemberType = typeof(KernelLevels))]
    public void Exp_StaysWithinTwoUnitsOfTheReference_OverTheWholeRange(SimdLevel level)
    {
        // Every 1/512 from far below the smallest denormal to beyond overflow.
        float[] values = [.. Enumerable.Range(-120 * 512, 215 * 512).Select(i => i / 512f)];
        var actual = new float[values.Length];
        var expected = new float[values.Length];
        VectorMath.Exp(level, values, actual);
        VectorMathReference.Exp(values, expected);
        for (int i = 0; i < values.Length; i++)
        {
            int units = BitConverter.SingleToInt32Bits(actual[i]) - BitConverter.SingleToInt32Bits(expected[i]);
            units = Math.Abs(units);
            units.ShouldBeLessThanOrEqualTo(2, $"e^{values[i]} is {expected[i]:G9}, not {actual[i]:G9}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void Exp_KeepsSpecialValues(SimdLevel level)
    {
        float[] values = [float.NegativeInfinity, float.PositiveInfinity, float.NaN, 0f, -0f, 1e30f, -1e30f, 1e-45f];
        float[] result = new float[values.Length];
        VectorMath.Exp(level, values, result);
        result.ShouldBe([0f, float.PositiveInfinity, float.NaN, 1f, 1f, float.PositiveInfinity, 0f, 1f]);
    }

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void LogSumExp_EqualsTheReference_ForAnyLengthAndScale(SimdLevel level)
    {
        var numbers = new TestNumbers(1);
        foreach (int length in (int[])[1, 2, 7, 15, 16, 17, 33, 1023, 1024, 1025, 5000])
        {
            foreach (float scale in (float[])[1e-30f, 1, 50, 1e4f, 1e30f])
            {
                float[] values = numbers.Floats(length, scale);
                float expected = VectorMathReference.LogSumExp(values);
                VectorMath.LogSumExp(level, values).ShouldBe(expected, 1e-6f + (MathF.Abs(expected) * 1e-6f));
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void LogSumExp_IgnoresImpossibleTokens(SimdLevel level)
    {
        float[] values = [.. Enumerable.Repeat(float.NegativeInfinity, 40)];
        VectorMath.LogSumExp(level, values).ShouldBe(float.NegativeInfinity);
        values[21] = 3;
        VectorMath.LogSumExp(level, values).ShouldBe(3);
    }

    [Fact]
    public void Add_AddsEveryElement_WhateverTheLength()
    {
        for (int length = 0; length < 40; length++)
        {
            float[] sum = [.. Enumerable.Range(0, length).Select(i => (float)i)];
            VectorMath.Add([.. sum.Select(value => 2 * value)], sum);
            sum.ShouldBe([.. Enumerable.Range(0, length).Select(i => 3f * i)]);
        }
    }
}

using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class NarrowNumbersTests
{
    [Fact]
    public unsafe void HalfFloat_WidensEveryFiniteCode_AsTheReference()
    {
        ushort[] codes =
            [.. Enumerable.Range(0, 65536).Select(i => (ushort)i).Where(code => (code & 0x7C00) != 0x7C00)];
        var actual = new float[codes.Length];
        fixed (ushort* source = codes)
        fixed (float* destination = actual)
        {
            HalfFloat.Widen(source, destination, codes.Length);
        }

        actual.ShouldBe([.. codes.Select(HalfFloat.ToSingle)]);
        codes.ShouldAllBe(code => code == 0x8000 || HalfFloat.FromSingle(HalfFloat.ToSingle(code)) == code);
    }

    [Theory]
    [InlineData(1e9f, 65504)]
    [InlineData(float.NegativeInfinity, -65504)]
    [InlineData(float.NaN, 65504)]
    [InlineData(1e-9f, 0)]
    public void HalfFloat_StaysFinite(float value, float expected) =>
        HalfFloat.ToSingle(HalfFloat.FromSingle(value)).ShouldBe(expected);

    [Fact]
    public unsafe void ScaledBytes_Widen_AsTheProductOfCodeAndScale()
    {
        const int rows = 21;
        var numbers = new TestNumbers(41);
        sbyte[] codes = [.. Enumerable.Range(0, rows * 16).Select(_ => (sbyte)(numbers.Next(255) - 127))];
        float[] scales = numbers.WildFloats(rows);
        var byColumn = new float[codes.Length];
        var byRow = new float[codes.Length];
        fixed (sbyte* source = codes)
        fixed (float* scale = scales, column = byColumn, row = byRow)
        {
            ScaledBytes.WidenByColumn(source, scale, rows, column);
            ScaledBytes.WidenByRow(source, scale, rows, row);
        }

        byColumn.ShouldBe([.. codes.Select((code, i) => code * scales[i % 16])]);
        byRow.ShouldBe([.. codes.Select((code, i) => code * scales[i / 16])]);
    }

    [Fact]
    public void ScaledBytes_KeepEachNumberWithinHalfAStep()
    {
        var numbers = new TestNumbers(42);
        float[][] rows =
            [numbers.Floats(64), numbers.WildFloats(64), new float[64], [1e-35f, -1e-38f], [1e38f]];
        foreach (float[] row in rows)
        {
            float scale = ScaledBytes.ScaleOf(row);
            float step = Math.Max(scale, 1e-30f);
            row.ShouldAllBe(value => Math.Abs((ScaledBytes.Code(value, scale) * scale) - value) <= 0.501f * step);
        }
    }
}

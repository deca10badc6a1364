using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class WeightMatrixTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 32)]
    [InlineData(37, 77)]
    public void Pack_KeepsEveryElementWithinItsFormat(int n, int k)
    {
        float[] source = new TestNumbers(6).WildFloats(n * k);
        WeightMatrix floats = WeightMatrix.Pack(WeightFormat.F32, source, n, k);
        WeightMatrix brain = WeightMatrix.Pack(WeightFormat.BF16, source, n, k);
        WeightMatrix bytes = WeightMatrix.Pack(WeightFormat.Q8, source, n, k);
        WeightMatrix nibbles = WeightMatrix.Pack(WeightFormat.Q4, source, n, k);
        for (int i = 0; i < n * k; i++)
        {
            int row = i / k;
            int column = i % k;
            float largest = LargestOfBlock(source, i, k);
            floats[row, column].ShouldBe(source[i]);
            brain[row, column].ShouldBe(BrainFloat.Round(source[i]));
            bytes[row, column].ShouldBe(source[i], (largest / 250) + 1e-30);
            nibbles[row, column].ShouldBe(source[i], (largest / 6) + 1e-30);
        }
    }

    [Fact]
    public void Pack_HoldsFewBitsPerWeight()
    {
        const int size = 64;
        float[] source = new TestNumbers(7).Floats(size * size);
        double Bits(WeightFormat format) =>
            WeightMatrix.Pack(format, source, size, size).SizeBytes * 8.0 / source.Length;
        Bits(WeightFormat.F32).ShouldBe(32);
        Bits(WeightFormat.BF16).ShouldBe(16);
        Bits(WeightFormat.Q8).ShouldBe(8.5);
        Bits(WeightFormat.Q4).ShouldBe(4.5);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Pack_ThrowsAndNamesTheRow_WhenAWeightIsNotFinite(float weight)
    {
        float[] source = new float[20 * 40];
        source[(17 * 40) + 3] = weight;
        foreach (WeightFormat format in (WeightFormat[])[WeightFormat.Q8, WeightFormat.Q4])
        {
            Should.Throw<InvalidDataException>(() => WeightMatrix.Pack(format, source, 20, 40))
                .Message.ShouldContain("row 17");
        }
    }

    [Fact]
    public void ToNibbles_IsNoWorseThanTheScaleOfTheLargestWeight()
    {
        var numbers = new TestNumbers(8);
        var codes = new sbyte[32];
        for (int i = 0; i < 200; i++)
        {
            float[] weights = [.. numbers.Floats(32).Select(x => x * x * x)];
            float scale = BlockQuantization.ToNibbles(weights, codes);
            float plain = weights.MaxBy(MathF.Abs) / -8;
            double tried = weights.Zip(codes, (w, code) => Math.Pow(w - (scale * code), 2)).Sum();
            double usual = weights.Sum(w => Math.Pow(w - (plain * Math.Clamp(Math.Round(w / plain), -8, 7)), 2));

            // Rounding the scale to bfloat16 costs at most 2^-9 of a weight.
            tried.ShouldBeLessThanOrEqualTo(usual + (weights.Sum(w => Math.Pow(w / 256, 2))));
        }
    }

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void BrainFloatMatrix_GivesTheBitsOfFloat32WithRoundedWeights(SimdLevel level)
    {
        var numbers = new TestNumbers(9);
        using var pool = new ComputePool(2);
        (int M, int N, int K)[] shapes = [(1, 1, 1), (1, 150, 300), (5, 33, 70), (13, 300, 257), (200, 40, 64)];
        foreach ((int m, int n, int k) in shapes)
        {
            float[] weights = numbers.WildFloats(n * k);
            float[] a = numbers.WildFloats(m * k);
            float[] rounded = [.. weights.Select(BrainFloat.Round)];
            foreach (bool accumulate in (bool[])[false, true])
            {
                float[] expected = numbers.Floats(m * n);
                float[] actual = [.. expected];
                Multiply(level, pool, WeightMatrix.Pack(WeightFormat.F32, rounded, n, k), a, expected, m, accumulate);
                Multiply(level, pool, WeightMatrix.Pack(WeightFormat.BF16, weights, n, k), a, actual, m, accumulate);
                actual.ShouldBe(expected, $"{m}x{n}x{k}");
            }
        }
    }

    private static unsafe void Multiply(
        SimdLevel level, ComputePool pool, WeightMatrix b, float[] a, float[] c, int m, bool accumulate)
    {
        fixed (float* pa = a, pc = c)
        {
            b.Multiply(KernelSet.Of(level), pool, pa, b.K, pc, b.N, m, accumulate);
        }
    }

    private static float LargestOfBlock(float[] source, int index, int k)
    {
        int start = index - (index % k % 32);
        int end = Math.Min(start + 32, (index / k * k) + k);
        return source[start..end].Max(MathF.Abs);
    }
}

using Cremona.Inference.Kernels;
using CsCheck;

namespace Cremona.Inference.Tests.Kernels;

public class QuantizedMultiplyTests
{
    // Around every edge of tiles (4 rows; 8, 16, 32 outputs), panels (16) and blocks (32 steps, 128 rows).
    private static readonly int[] Edges = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 96, 130];

    public static TheoryData<ByteDotSet, WeightFormat> SetsAndFormats()
    {
        var cases = new TheoryData<ByteDotSet, WeightFormat>();
        foreach (ByteDotSet set in InstructionSet.SupportedByteDots)
        {
            cases.Add(set, WeightFormat.Q8);
            cases.Add(set, WeightFormat.Q4);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(SetsAndFormats))]
    public void Run_EqualsTheReferenceToTheBit_ForAnyShape(ByteDotSet set, WeightFormat format)
    {
        using var pool = new ComputePool(2);
        Gen<int> size = Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]);
        Gen.Select(size, size, size, Gen.Bool, Gen.ULong).Sample(
            (m, n, k, accumulate, seed) => Check(set, format, pool, m, n, k, accumulate, seed),
            iter: 60, threads: 1);
    }

    [Theory]
    [MemberData(nameof(SetsAndFormats))]
    public void Run_EqualsTheReferenceToTheBit_AtTheEndsOfTheCodes(ByteDotSet set, WeightFormat format)
    {
        // Every code at its end, with equal and with opposite signs: the largest sums that 16 bits have to hold. Equal
        // weights of a 4-bit block would all get the code -7, so these reach both ends.
        const int n = 33;
        const int k = 64;
        using var pool = new ComputePool(1);
        (int First, int Other)[] blocks = format == WeightFormat.Q8
            ? [(127, 127), (-127, -127)]
            : [(-8, 7), (7, -8), (8, -7), (-7, 8)];
        foreach ((int first, int other) in blocks)
        {
            float[] b =
                [.. Enumerable.Range(0, n * k).Select(i => i % QuantizedMatrix.BlockSize == 0 ? first : (float)other)];
            var matrix = (QuantizedMatrix)WeightMatrix.Pack(format, b, n, k);

            // An 8 is a -8 of a negative scale.
            int sign = Math.Max(first, other) == 8 ? -1 : 1;
            (matrix.Code(0, 0), matrix.Code(0, 1)).ShouldBe((sign * first, sign * other));
            foreach (float activation in (float[])[1, -1])
            {
                float[] a = [.. Enumerable.Repeat(activation, 5 * k)];
                Compare(set, pool, a, matrix, new float[5 * n], 5, true);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SetsAndFormats))]
    public void Run_GivesARowTheSameBits_AloneAndAmongOthersOnAnyNumberOfThreads(ByteDotSet set, WeightFormat format)
    {
        const int m = 39;
        const int n = 150;
        const int k = 300;
        var numbers = new TestNumbers(3);
        float[] a = numbers.Floats(m * k);
        var b = (QuantizedMatrix)WeightMatrix.Pack(format, numbers.Floats(n * k), n, k);
        using var single = new ComputePool(1);
        var alone = new float[m * n];
        for (int row = 0; row < m; row++)
        {
            QuantizedMultiply.Run(set, single, a.AsSpan(row * k, k), b, alone.AsSpan(row * n, n), 1, false);
        }

        foreach (int threads in (int[])[1, 2, 5])
        {
            using var pool = new ComputePool(threads);
            var together = new float[m * n];
            QuantizedMultiply.Run(set, pool, a, b, together, m, accumulate: false);
            together.AsSpan().SequenceEqual(alone).ShouldBeTrue($"{threads} threads");
        }
    }

    [Theory]
    [InlineData(WeightFormat.Q8, 0.01)]
    [InlineData(WeightFormat.Q4, 0.12)]
    public void Run_StaysNearFloat32_ForOrdinaryNumbers(WeightFormat format, double relativeMax)
    {
        const int n = 64;
        const int k = 896;
        var numbers = new TestNumbers(4);
        float[] a = numbers.Floats(k);
        float[] weights = numbers.Floats(n * k);
        var expected = new float[n];
        MatrixMultiplyReference.NT(a, weights, expected, 1, n, k);
        var actual = new float[n];
        using var pool = new ComputePool(1);
        QuantizedMultiply.Run(pool, a, (QuantizedMatrix)WeightMatrix.Pack(format, weights, n, k), actual, 1);
        double error = expected.Zip(actual, (x, y) => Math.Pow(x - y, 2)).Sum();
        Math.Sqrt(error / expected.Sum(x => Math.Pow(x, 2))).ShouldBeLessThan(relativeMax);
    }

    [Fact]
    public void Run_AllocatesNothing_OnceItsBufferHasGrown()
    {
        const int size = 96;
        using var pool = new ComputePool(1);
        float[] a = new TestNumbers(5).Floats(size * size);
        var b = (QuantizedMatrix)WeightMatrix.Pack(WeightFormat.Q4, a, size, size);
        var c = new float[size * size];
        for (int i = 0; i < 40; i++) QuantizedMultiply.Run(pool, a, b, c, size);

        long before = GC.GetAllocatedBytesForCurrentThread();
        QuantizedMultiply.Run(pool, a, b, c, size);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Run_Throws_WhenAnOperandIsTooShort()
    {
        using var pool = new ComputePool(1);
        var b = (QuantizedMatrix)WeightMatrix.Pack(WeightFormat.Q8, new float[6], 2, 3);
        Should.Throw<ArgumentOutOfRangeException>(() => QuantizedMultiply.Run(pool, new float[5], b, new float[4], 2));
        Should.Throw<ArgumentOutOfRangeException>(() => QuantizedMultiply.Run(pool, new float[6], b, new float[3], 2));
    }

    private static void Check(
        ByteDotSet set, WeightFormat format, ComputePool pool, int m, int n, int k, bool accumulate, ulong seed)
    {
        var numbers = new TestNumbers(seed);
        float[] a = numbers.WildFloats(m * k);
        float[] b = numbers.WildFloats(n * k);
        float[] start = numbers.WildFloats(m * n);
        Compare(set, pool, a, (QuantizedMatrix)WeightMatrix.Pack(format, b, n, k), start, m, accumulate);
    }

    private static void Compare(
        ByteDotSet set, ComputePool pool, float[] a, QuantizedMatrix b, float[] start, int m, bool accumulate)
    {
        float[] expected = [.. start];
        float[] actual = [.. start];
        QuantizedMultiplyReference.Run(a, b, expected, m, accumulate);
        QuantizedMultiply.Run(set, pool, a, b, actual, m, accumulate);
        for (int i = 0; i < expected.Length; i++)
        {
            // Without fused hardware each product is rounded on its own.
            float bound = InstructionSet.HasFusedMultiplyAdd ? 0 : MathF.Abs(expected[i]) * b.K * 1e-6f;
            if (MathF.Abs(actual[i] - expected[i]) <= bound) continue;
            Assert.Fail($"{set} {b.Format} {m}x{b.N}x{b.K}: element {i} is {actual[i]:G9}, expected {expected[i]:G9}");
        }
    }
}

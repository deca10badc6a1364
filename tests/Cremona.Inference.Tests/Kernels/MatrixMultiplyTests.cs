using Cremona.Inference.Kernels;
using CsCheck;

namespace Cremona.Inference.Tests.Kernels;

public class MatrixMultiplyTests
{
    // Around every edge of tiles (2, 6, 12 rows; 8, 16, 32, 128 columns) and blocks (144 rows, 256 steps).
    private static readonly int[] Edges = [1, 2, 3, 5, 6, 7, 11, 12, 13, 15, 16, 17, 24, 31, 32, 33, 48, 63, 65];
    private static readonly int[] LongEdges = [127, 128, 129, 143, 144, 145, 255, 256, 257, 300];

    [Theory]
    [MemberData(nameof(KernelLevels.All), MemberType = typeof(KernelLevels))]
    public void EveryForm_EqualsTheReferenceToTheBit_ForAnyShape(SimdLevel level)
    {
        using var pool = new ComputePool(2);
        Gen<int> size = Gen.Frequency((4, OneOf(Edges)), (1, OneOf(LongEdges)));
        Gen.Select(size, size, size, Gen.Bool, Gen.ULong).Sample(
            (m, n, k, accumulate, seed) => CheckAllForms(level, pool, m, n, k, accumulate, seed),
            iter: 60, threads: 1);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 128, 64)]
    [InlineData(2, 200, 513)]
    [InlineData(13, 33, 0)]
    [InlineData(300, 70, 260)]
    public void EveryForm_EqualsTheReferenceToTheBit_OnEverySet(int m, int n, int k)
    {
        using var pool = new ComputePool(3);
        foreach (SimdLevel level in InstructionSet.Supported)
        {
            CheckAllForms(level, pool, m, n, k, accumulate: false, seed: 1);
            CheckAllForms(level, pool, m, n, k, accumulate: true, seed: 2);
        }
    }

    [Theory]
    [MemberData(nameof(KernelLevels.Vectorised), MemberType = typeof(KernelLevels))]
    public void Packed_GivesARowTheSameBits_AloneAndAmongOthers(SimdLevel level)
    {
        const int n = 150;
        const int k = 300;
        var numbers = new TestNumbers(3);
        float[] a = numbers.Floats(40 * k);
        PackedMatrix b = PackedMatrix.Pack(numbers.Floats(n * k), n, k);
        using var pool = new ComputePool(2);
        var together = new float[40 * n];
        MatrixMultiply.Packed(level, pool, a, b, together, 40, accumulate: false);

        for (int row = 0; row < 40; row++)
        {
            var alone = new float[n];
            MatrixMultiply.Packed(level, pool, a.AsSpan(row * k, k), b, alone, 1, accumulate: false);
            alone.AsSpan().SequenceEqual(together.AsSpan(row * n, n)).ShouldBeTrue($"row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelLevels.Vectorised), MemberType = typeof(KernelLevels))]
    public void EveryForm_GivesTheSameBits_OnAnyNumberOfThreads(SimdLevel level)
    {
        const int m = 290;
        const int n = 330;
        const int k = 270;
        var numbers = new TestNumbers(4);
        float[] a = numbers.Floats(m * k);
        float[] b = numbers.Floats(n * k);
        foreach (MatrixForm form in Enum.GetValues<MatrixForm>())
        {
            float[]? first = null;
            foreach (int threads in (int[])[1, 2, 4, 7])
            {
                using var pool = new ComputePool(threads);
                var c = new float[m * n];
                MatrixMultiply.Run(level, form, pool, a, b, c, m, n, k, accumulate: false);
                first ??= c;
                c.AsSpan().SequenceEqual(first).ShouldBeTrue($"{form} on {threads} threads");
            }
        }
    }

    [Fact]
    public void NT_Throws_WhenAnOperandIsTooShort()
    {
        using var pool = new ComputePool(1);
        Should.Throw<ArgumentOutOfRangeException>(
            () => MatrixMultiply.NT(pool, new float[5], new float[6], new float[4], 2, 2, 3));
        Should.Throw<ArgumentOutOfRangeException>(
            () => MatrixMultiply.NT(pool, new float[6], new float[5], new float[4], 2, 2, 3));
        Should.Throw<ArgumentOutOfRangeException>(
            () => MatrixMultiply.NT(pool, new float[6], new float[6], new float[3], 2, 2, 3));
    }

    [Fact]
    public void NN_AllocatesNothing_OnceItsBuffersHaveGrown()
    {
        const int size = 96;
        using var pool = new ComputePool(1);
        float[] a = new TestNumbers(5).Floats(size * size);
        var c = new float[size * size];
        MatrixMultiply.NN(pool, a, a, c, size, size, size);
        MatrixMultiply.TN(pool, a, a, c, size, size, size);

        long before = GC.GetAllocatedBytesForCurrentThread();
        MatrixMultiply.NN(pool, a, a, c, size, size, size);
        MatrixMultiply.TN(pool, a, a, c, size, size, size);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 7)]
    [InlineData(37, 29)]
    public void Pack_KeepsEveryElement(int n, int k)
    {
        float[] source = new TestNumbers(6).Floats(n * k);
        PackedMatrix packed = PackedMatrix.Pack(source, n, k);
        for (int i = 0; i < n * k; i++) packed[i / k, i % k].ShouldBe(source[i]);
    }

    private static Gen<int> OneOf(int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void CheckAllForms(
        SimdLevel level, ComputePool pool, int m, int n, int k, bool accumulate, ulong seed)
    {
        var numbers = new TestNumbers(seed);
        float[] a = numbers.WildFloats(m * k);
        float[] b = numbers.WildFloats(n * k);
        float[] start = numbers.WildFloats(m * n);
        foreach (MatrixForm form in Enum.GetValues<MatrixForm>())
        {
            float[] expected = [.. start];
            float[] actual = [.. start];
            Reference(form, a, b, expected, m, n, k, accumulate);
            MatrixMultiply.Run(level, form, pool, a, b, actual, m, n, k, accumulate);
            ShouldAgree(actual, expected, k, $"{form} {level} {m}x{n}x{k} accumulate {accumulate}");
        }

        if (k == 0) return;
        float[] expectedPacked = [.. start];
        float[] actualPacked = [.. start];
        MatrixMultiplyReference.NT(a, b, expectedPacked, m, n, k, accumulate);
        MatrixMultiply.Packed(level, pool, a, PackedMatrix.Pack(b, n, k), actualPacked, m, accumulate);
        ShouldAgree(actualPacked, expectedPacked, k, $"Packed {level} {m}x{n}x{k} accumulate {accumulate}");
    }

    private static void Reference(
        MatrixForm form, float[] a, float[] b, float[] c, int m, int n, int k, bool accumulate)
    {
        if (form == MatrixForm.NT) MatrixMultiplyReference.NT(a, b, c, m, n, k, accumulate);
        else if (form == MatrixForm.NN) MatrixMultiplyReference.NN(a, b, c, m, n, k, accumulate);
        else MatrixMultiplyReference.TN(a, b, c, m, n, k, accumulate);
    }

    private static void ShouldAgree(float[] actual, float[] expected, int k, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            // Without fused hardware each product is rounded on its own.
            float bound = InstructionSet.HasFusedMultiplyAdd ? 0 : MathF.Abs(expected[i]) * k * 1e-6f;
            if (MathF.Abs(actual[i] - expected[i]) <= bound) continue;
            Assert.Fail($"{what}: element {i} is {actual[i]:G9}, expected {expected[i]:G9}");
        }
    }
}

using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

public class LowRankKernelsTests
{
    private const int Width = WeightMatrix.PanelWidth;

    public static TheoryData<SimdLevel> Vectorised() => KernelLevels.Vectorised();

    [Theory]
    [MemberData(nameof(Vectorised))]
    public void AddRow_GivesTheReferencesBits(SimdLevel level)
    {
        foreach ((int n, int k) in new[] { (16, 16), (64, 16), (75, 5), (127, 33), (3, 1), (160, 8) })
        {
            var numbers = new TestNumbers((ulong)(n + k));
            WeightMatrix matrix = WeightMatrix.Pack(WeightFormat.BF16, numbers.Floats(n * k), n, k);
            float[] input = numbers.Floats(k);
            float[] before = numbers.Floats(n + 1);
            float[] expected = [.. before];
            MatrixMultiplyReference.Packed(input, matrix, expected, 1, accumulate: true);
            float[] actual = [.. before];
            AddRow(level, input, (BrainFloatMatrix)matrix, actual);
            actual.ShouldBe(expected, $"{n} x {k}"); // What lies behind the row stays as it is.
        }
    }

    [Theory]
    [MemberData(nameof(Vectorised))]
    public void AddPanels_GivesTheReferencesBits_ForRowsOfSeveralMatrices(SimdLevel level)
    {
        foreach (int count in new[] { 1, 2, 3, 4 })
        {
            const int k = 41;
            var numbers = new TestNumbers((ulong)count);
            WeightMatrix[] matrices = [.. Enumerable.Range(0, count).Select(
                _ => WeightMatrix.Pack(WeightFormat.BF16, numbers.Floats(Width * k), Width, k))];
            float[] inputs = numbers.Floats(count * k);
            float[] expected = numbers.Floats(count * Width);
            float[] actual = [.. expected];
            for (int i = 0; i < count; i++)
            {
                MatrixMultiplyReference.Packed(
                    inputs.AsSpan(i * k, k), matrices[i], expected.AsSpan(i * Width, Width), 1, accumulate: true);
            }

            AddPanels(level, inputs, matrices, actual);
            actual.ShouldBe(expected, $"{count} panels");
        }
    }

    private static unsafe void AddRow(SimdLevel level, float[] input, BrainFloatMatrix matrix, float[] output)
    {
        fixed (float* x = input, c = output)
        {
            if (level == SimdLevel.Avx512) LowRankKernels<Simd512, Vector512<float>>.AddRow(x, matrix, c);
            else if (level == SimdLevel.Avx2) LowRankKernels<Simd256, Vector256<float>>.AddRow(x, matrix, c);
            else LowRankKernels<Simd128, Vector128<float>>.AddRow(x, matrix, c);
        }
    }

    private static unsafe void AddPanels(SimdLevel level, float[] inputs, WeightMatrix[] matrices, float[] outputs)
    {
        int count = matrices.Length;
        int k = matrices[0].K;
        fixed (float* x = inputs, c = outputs)
        {
            PanelWork* work = stackalloc PanelWork[4];
            for (int i = 0; i < count; i++)
                work[i] = new PanelWork(x + (i * k), ((BrainFloatMatrix)matrices[i]).Panel(0), c + (i * Width));
            if (level == SimdLevel.Avx512) LowRankKernels<Simd512, Vector512<float>>.AddPanels(work, ref count, k);
            else if (level == SimdLevel.Avx2) LowRankKernels<Simd256, Vector256<float>>.AddPanels(work, ref count, k);
            else LowRankKernels<Simd128, Vector128<float>>.AddPanels(work, ref count, k);
            count.ShouldBe(0);
        }
    }
}

using System.Runtime.Intrinsics;
using Cremona.Inference.Kernels;
using Cremona.Training.Backward;
using CsCheck;

namespace Cremona.Training.Tests.Backward;

/// <summary>Each vector width against the scalar reference. Both are one chain of multiply-adds over k, so they agree
/// to the bit where the hardware fuses.</summary>
public unsafe class StridedMultiplyTests
{
    private delegate void Kernel(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate);

    [Theory]
    [MemberData(nameof(Levels))]
    public void Run_EqualsReference_OnEveryInstructionSet(SimdLevel level) => AssertEqualsReference(level switch
    {
        SimdLevel.Avx512 => StridedMultiply.Run<Simd512, Vector512<float>>,
        SimdLevel.Avx2 => StridedMultiply.Run<Simd256, Vector256<float>>,
        _ => StridedMultiply.Run<Simd128, Vector128<float>>,
    });

    public static TheoryData<SimdLevel> Levels =>
        [.. InstructionSet.Supported.Where(level => level != SimdLevel.Scalar)];

    private static void AssertEqualsReference(Kernel kernel)
    {
        float tolerance = InstructionSet.HasFusedMultiplyAdd ? 0 : 1e-5f;
        var shapes = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[0, 40], Gen.Bool, Gen.Bool);
        shapes.Sample(
            (m, n, k, transposed, accumulate) =>
            {
                int width = transposed ? m : k;
                float[] a = TinyDecoder.Uniform((transposed ? k : m) * (width + 3), 1, 0, 0, 1);
                float[] b = TinyDecoder.Uniform(Math.Max(1, k) * (n + 5), 1, 1, 0, 1);
                float[] expected = TinyDecoder.Uniform(m * (n + 2), 1, 2, 0, 1);
                float[] actual = [.. expected];
                var (aRow, aStep) = transposed ? (1, width + 3) : (width + 3, 1);
                fixed (float* pa = a, pb = b, pe = expected, pc = actual)
                {
                    StridedMultiply.Reference(pa, aRow, aStep, pb, n + 5, pe, n + 2, m, n, k, accumulate);
                    kernel(pa, aRow, aStep, pb, n + 5, pc, n + 2, m, n, k, accumulate);
                }
                return expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance);
            },
            iter: 300,
            seed: "0000KN8xYg12");
    }
}

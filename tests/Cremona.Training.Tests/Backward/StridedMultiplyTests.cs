using System.Runtime.Intrinsics;
using Cremona.Training.Backward;
using CsCheck;

namespace Cremona.Training.Tests.Backward;

/// <summary>Each vector width against the scalar reference. Both are one fused chain over k, so they must agree to the
/// bit.</summary>
public unsafe class StridedMultiplyTests
{
    private delegate void Kernel(
        float* a, int aRow, int aStep, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool accumulate);

    [Fact]
    public void Run_EqualsReference_With256Bits() =>
        AssertEqualsReference(StridedMultiply.Run<Vector256<float>, FloatVector256>);

    [Fact]
    public void Run_EqualsReference_With512Bits() =>
        AssertEqualsReference(StridedMultiply.Run<Vector512<float>, FloatVector512>);

    private static void AssertEqualsReference(Kernel kernel)
    {
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
                return expected.AsSpan().SequenceEqual(actual);
            },
            iter: 300,
            seed: "0000KN8xYg12");
    }
}

using Cremona.Inference.Kernels;

namespace Cremona.Inference.Tests.Kernels;

/// <summary>The instruction sets of this machine, for theories.</summary>
internal static class KernelLevels
{
    public static TheoryData<SimdLevel> All() => [.. InstructionSet.Supported];

    public static TheoryData<SimdLevel> Vectorised() =>
        [.. InstructionSet.Supported.Where(level => level != SimdLevel.Scalar)];
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>Which instruction set the kernels use: the best of the machine, chosen once per process.</summary>
public static class InstructionSet
{
    /// <summary>Environment variable that forces a slower set: scalar, vector128, avx2 or avx512.</summary>
    public const string VariableName = "CREMONA_INSTRUCTION_SET";

    /// <summary>The fastest set that this machine has.</summary>
    public static SimdLevel Best { get; } = Detect();

    /// <summary>The set in use. A forced set that the machine lacks falls back to <see cref="Best"/>.</summary>
    public static SimdLevel Current { get; } = Choose(Environment.GetEnvironmentVariable(VariableName));

    /// <summary>Every set that this machine can run, the slowest first.</summary>
    public static IReadOnlyList<SimdLevel> Supported { get; } =
        [.. Enum.GetValues<SimdLevel>().Where(level => level <= Best)];

    /// <summary>True where a multiply-add rounds once in hardware, so that all sets agree to the last bit.</summary>
    public static bool HasFusedMultiplyAdd { get; } =
        Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;

    internal static SimdLevel Choose(string? wanted)
    {
        if (string.IsNullOrWhiteSpace(wanted)) return Best;
        if (!Enum.TryParse(wanted, ignoreCase: true, out SimdLevel level) || !Enum.IsDefined(level))
        {
            throw new InvalidOperationException(
                $"{VariableName} is '{wanted}'; it must be scalar, vector128, avx2 or avx512, or not be set.");
        }

        return level <= Best ? level : Best;
    }

    private static SimdLevel Detect()
    {
        if (Avx512F.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated) return SimdLevel.Avx512;
        if (Avx2.IsSupported && Fma.IsSupported) return SimdLevel.Avx2;
        return Vector128.IsHardwareAccelerated ? SimdLevel.Vector128 : SimdLevel.Scalar;
    }
}

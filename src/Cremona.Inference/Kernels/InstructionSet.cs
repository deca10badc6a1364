using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cremona.Inference.Kernels;

/// <summary>Which instruction set the kernels use: the best of the machine, chosen once per process.</summary>
public static class InstructionSet
{
    /// <summary>Environment variable that forces a slower set: scalar, vector128, avx2, avxvnni or avx512.</summary>
    public const string VariableName = "CREMONA_INSTRUCTION_SET";

    private const string AvxVnniWord = "avxvnni";

    /// <summary>The fastest set that this machine has.</summary>
    public static SimdLevel Best { get; } = Detect();

    /// <summary>The set in use. A forced set that the machine lacks falls back to <see cref="Best"/>.</summary>
    /// <exception cref="TypeInitializationException">The variable holds none of its words; the cause is an
    /// <see cref="InvalidOperationException"/> that names them.</exception>
    public static SimdLevel Current { get; } = Choose(Environment.GetEnvironmentVariable(VariableName)).Level;

    /// <summary>The set in use for products of 8-bit integers.</summary>
    public static ByteDotSet CurrentByteDot { get; } =
        Choose(Environment.GetEnvironmentVariable(VariableName)).ByteDot;

    /// <summary>Every set that this machine can run, the slowest first.</summary>
    public static IReadOnlyList<SimdLevel> Supported { get; } =
        [.. Enum.GetValues<SimdLevel>().Where(level => level <= Best)];

    /// <summary>Every set for products of 8-bit integers that this machine can run.</summary>
    public static IReadOnlyList<ByteDotSet> SupportedByteDots { get; } =
        [.. Enum.GetValues<ByteDotSet>().Where(IsSupported)];

    /// <summary>True where a multiply-add rounds once in hardware, so that all sets agree to the last bit.</summary>
    public static bool HasFusedMultiplyAdd { get; } = Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>The products of 8-bit integers that go with a set.</summary>
    internal static ByteDotSet ByteDotOf(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => IsSupported(ByteDotSet.AvxVnni) ? ByteDotSet.AvxVnni : ByteDotSet.Avx512,
        SimdLevel.Avx2 => ByteDotSet.Avx2,
        SimdLevel.Vector128 => IsSupported(ByteDotSet.Ssse3) ? ByteDotSet.Ssse3 : ByteDotSet.Vector128,
        _ => ByteDotSet.Scalar,
    };

    internal static (SimdLevel Level, ByteDotSet ByteDot) Choose(string? wanted)
    {
        bool hasVnni = IsSupported(ByteDotSet.AvxVnni);
        (SimdLevel Level, ByteDotSet ByteDot) best = (Best, hasVnni ? ByteDotSet.AvxVnni : ByteDotOf(Best));
        if (string.IsNullOrWhiteSpace(wanted)) return best;
        if (wanted.Equals(AvxVnniWord, StringComparison.OrdinalIgnoreCase))
        {
            return hasVnni ? (SimdLevel.Avx2, ByteDotSet.AvxVnni) : best;
        }

        // By its name, because parsing alone takes numbers and lists too.
        if (!Enum.GetNames<SimdLevel>().Contains(wanted, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{VariableName} is '{wanted}'; it must be scalar, vector128, avx2, avxvnni or avx512, or not be set.");
        }

        SimdLevel level = Enum.Parse<SimdLevel>(wanted, ignoreCase: true);
        return level <= Best ? (level, ByteDotOf(level)) : best;
    }

    private static bool IsSupported(ByteDotSet set) => set switch
    {
        ByteDotSet.AvxVnni => AvxVnni.IsSupported && Fma.IsSupported,
        ByteDotSet.Avx512 => Avx512BW.IsSupported && Detect() == SimdLevel.Avx512,
        ByteDotSet.Avx2 => Detect() >= SimdLevel.Avx2,
        ByteDotSet.Ssse3 => Ssse3.IsSupported,
        ByteDotSet.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    private static SimdLevel Detect()
    {
        if (Avx512F.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated) return SimdLevel.Avx512;
        if (Avx2.IsSupported && Fma.IsSupported) return SimdLevel.Avx2;
        return Vector128.IsHardwareAccelerated ? SimdLevel.Vector128 : SimdLevel.Scalar;
    }
}

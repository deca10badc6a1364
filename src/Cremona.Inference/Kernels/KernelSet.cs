namespace Cremona.Inference.Kernels;

/// <summary>The instruction sets of one engine.</summary>
/// <param name="Level">For floats.</param>
/// <param name="ByteDot">For products of 8-bit integers.</param>
internal readonly record struct KernelSet(SimdLevel Level, ByteDotSet ByteDot)
{
    public static KernelSet Current => new(InstructionSet.Current, InstructionSet.CurrentByteDot);

    public static KernelSet Of(SimdLevel level) => new(level, InstructionSet.ByteDotOf(level));
}

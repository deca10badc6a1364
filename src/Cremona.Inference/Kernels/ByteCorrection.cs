namespace Cremona.Inference.Kernels;

/// <summary>Instructions multiply an unsigned by a signed byte, so one operand is shifted or split, and what that adds
/// to the sum of a block is known from the activations alone: sumFactor · Σa + negativeFactor · Σ min(a, 0).</summary>
/// <param name="SumFactor">By how much every weight was raised.</param>
/// <param name="IsSplit">Activations are magnitudes |a| and signs m (0 or -1): |a| · (w ^ m) = a · w - |a| where a is
/// negative.</param>
internal readonly record struct ByteCorrection(int SumFactor, bool IsSplit)
{
    public static ByteCorrection None => new(0, false);

    public static ByteCorrection Split => new(0, true);
}

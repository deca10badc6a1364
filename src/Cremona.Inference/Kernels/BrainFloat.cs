namespace Cremona.Inference.Kernels;

/// <summary>bfloat16: the upper half of a float32.</summary>
public static class BrainFloat
{
    /// <summary>Bits of a float32 below those of a bfloat16.</summary>
    internal const int Shift = 16;

    /// <summary>Rounds to the nearest, ties to even; not-a-number stays one.</summary>
    public static ushort FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> 16) | 0x40) // stays a NaN when the lower half held its payload
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Exact.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << Shift);

    /// <summary>The nearest float that a bfloat16 holds.</summary>
    public static float Round(float value) => ToSingle(FromSingle(value));
}

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>Element types of GGUF tensors that are read here, by their numbers in the format.</summary>
public enum GgufType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32 = 0,

    /// <summary>IEEE 754 binary16.</summary>
    F16 = 1,

    /// <summary>Blocks of 32: scale, 4-bit codes less 8.</summary>
    Q4_0 = 2,

    /// <summary>Blocks of 32: scale, minimum, 4-bit codes.</summary>
    Q4_1 = 3,

    /// <summary>Blocks of 32: scale, 5-bit codes less 16.</summary>
    Q5_0 = 6,

    /// <summary>Blocks of 32: scale, 8-bit codes.</summary>
    Q8_0 = 8,

    /// <summary>Blocks of 256 in 8 parts with 6-bit scales and minima, 4-bit codes.</summary>
    Q4_K = 12,

    /// <summary>As <see cref="Q4_K"/> with 5-bit codes.</summary>
    Q5_K = 13,

    /// <summary>Blocks of 256 in 16 parts with 8-bit scales, 6-bit codes less 32.</summary>
    Q6_K = 14,

    /// <summary>The upper half of a binary32.</summary>
    BF16 = 30,
}

namespace Cremona.Inference.Kernels;

/// <summary>The instruction sets that the kernels are written for, from the slowest to the fastest.</summary>
public enum SimdLevel
{
    /// <summary>Plain C#: the specification of every kernel.</summary>
    Scalar,

    /// <summary>128-bit vectors: ARM's Advanced SIMD, or any x64.</summary>
    Vector128,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}

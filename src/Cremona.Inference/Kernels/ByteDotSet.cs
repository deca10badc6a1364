namespace Cremona.Inference.Kernels;

/// <summary>The instruction sets that the products of 8-bit integers are written for.</summary>
public enum ByteDotSet
{
    /// <summary>Plain C#: the specification.</summary>
    Scalar,

    /// <summary>128-bit vectors on any machine; ARM's dot products where it has them.</summary>
    Vector128,

    /// <summary>128-bit vectors of x64 (SSSE3).</summary>
    Ssse3,

    /// <summary>256-bit vectors.</summary>
    Avx2,

    /// <summary>512-bit vectors (AVX-512BW).</summary>
    Avx512,

    /// <summary>256-bit vectors with AVX-VNNI, one instruction for four products and their sum.</summary>
    AvxVnni,
}

namespace Cremona.Inference.Kernels;

/// <summary>Which operands of a multiplication are transposed (T) or not (N).</summary>
internal enum MatrixForm
{
    NT,
    NN,
    TN,
}

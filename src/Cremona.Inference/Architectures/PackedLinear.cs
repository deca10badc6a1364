using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>One or more linear layers with the same input, their outputs side by side.</summary>
/// <param name="Matrix">[sum of out, in]</param>
/// <param name="Kinds">In their order.</param>
/// <param name="Bias">[sum of out], or null where none has one.</param>
internal sealed record PackedLinear(WeightMatrix Matrix, LinearKind[] Kinds, float[]? Bias);

using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>What a layer adds to its output.</summary>
/// <param name="Matrix">[out, rank]</param>
/// <param name="Column">Where the layer's output begins in the group's.</param>
internal readonly record struct PackedUpdate(WeightMatrix Matrix, int Column);

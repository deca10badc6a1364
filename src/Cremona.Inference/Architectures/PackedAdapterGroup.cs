using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>The updates of linear layers that share their input: one multiplication gives A · x of all of
/// them.</summary>
/// <param name="A">[sum of ranks, in]</param>
/// <param name="B">One of each layer that has an update, scaled, in the order of their parts of A.</param>
internal sealed record PackedAdapterGroup(WeightMatrix A, PackedUpdate[] B)
{
    public long SizeBytes => A.SizeBytes + B.Sum(update => update.Matrix.SizeBytes);
}

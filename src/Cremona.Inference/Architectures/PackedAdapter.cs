using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>An adapter in the layout of the kernels; the scaling is multiplied into B.</summary>
internal sealed class PackedAdapter
{
    private readonly (PackedMatrix A, PackedMatrix B)?[,] _matrices; // [layers, kinds]

    /// <exception cref="ArgumentException">The adapter was made for another shape of model.</exception>
    public PackedAdapter(LoraAdapter adapter, DecoderConfig config)
    {
        Rank = adapter.Rank;
        _matrices = new (PackedMatrix, PackedMatrix)?[config.LayerCount, LinearKinds.All.Count];
        foreach (((int layer, LinearKind kind), LoraMatrices pair) in adapter.Matrices)
        {
            int input = config.InputSize(kind);
            int output = config.OutputSize(kind);
            if ((uint)layer >= (uint)config.LayerCount || pair.A.Length != (long)Rank * input
                || pair.B.Length != (long)output * Rank)
            {
                throw new ArgumentException(
                    $"The adapter does not fit the model: layer {layer}, {kind.ModuleName()}, expected A [{Rank}, "
                    + $"{input}] and B [{output}, {Rank}].",
                    nameof(adapter));
            }

            float[] scaled = [.. pair.B.Select(element => element * adapter.Scaling)];
            _matrices[layer, (int)kind] = (
                PackedMatrix.Pack(pair.A, Rank, input), PackedMatrix.Pack(scaled, output, Rank));
        }
    }

    public int Rank { get; }

    public (PackedMatrix A, PackedMatrix B)? this[int layer, LinearKind kind] => _matrices[layer, (int)kind];
}

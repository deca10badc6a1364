using Cremona.Inference.Adapters;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>An adapter in the layout of the kernels; the scaling is multiplied into B.</summary>
internal sealed class PackedAdapter
{
    private readonly PackedAdapterGroup?[,] _groups; // [layers, first kinds of the groups]

    /// <param name="adapter">Read once, here.</param>
    /// <param name="config">The shape of the model.</param>
    /// <param name="format">F32 or BF16.</param>
    /// <exception cref="ArgumentException">The adapter was made for another shape of model.</exception>
    public PackedAdapter(LoraAdapter adapter, DecoderConfig config, WeightFormat format)
    {
        Check(adapter, config);
        Rank = adapter.Rank;
        _groups = new PackedAdapterGroup?[config.LayerCount, LinearKinds.All.Count];
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            foreach (LinearKind[] kinds in LinearKinds.Groups)
            {
                _groups[layer, (int)kinds[0]] = Pack(adapter, config, format, layer, kinds);
            }
        }
    }

    public int Rank { get; }

    /// <summary>The updates of the layers that share an input with <paramref name="first"/>, or null when there are
    /// none.</summary>
    public PackedAdapterGroup? this[int layer, LinearKind first] => _groups[layer, (int)first];

    private static void Check(LoraAdapter adapter, DecoderConfig config)
    {
        foreach (((int layer, LinearKind kind), LoraMatrices pair) in adapter.Matrices)
        {
            int input = config.InputSize(kind);
            int output = config.OutputSize(kind);
            if ((uint)layer < (uint)config.LayerCount && pair.A.Length == (long)adapter.Rank * input
                && pair.B.Length == (long)output * adapter.Rank) continue;
            throw new ArgumentException(
                $"The adapter does not fit the model: layer {layer}, {kind.ModuleName()}, expected A [{adapter.Rank}, "
                + $"{input}] and B [{output}, {adapter.Rank}].",
                nameof(adapter));
        }
    }

    private static PackedAdapterGroup? Pack(
        LoraAdapter adapter, DecoderConfig config, WeightFormat format, int layer, LinearKind[] kinds)
    {
        var rows = new List<float>();
        var updates = new List<PackedUpdate>();
        int column = 0;
        foreach (LinearKind kind in kinds)
        {
            int output = config.OutputSize(kind);
            if (adapter.Matrices.TryGetValue((layer, kind), out LoraMatrices? pair))
            {
                rows.AddRange(pair.A);
                float[] scaled = [.. pair.B.Select(element => element * adapter.Scaling)];
                updates.Add(new(WeightMatrix.Pack(format, scaled, output, adapter.Rank), column));
            }

            column += output;
        }

        if (updates.Count == 0) return null;
        return new PackedAdapterGroup(
            WeightMatrix.Pack(format, rows.ToArray(), updates.Count * adapter.Rank, config.InputSize(kinds[0])),
            [.. updates]);
    }
}

using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Kernels;

namespace Cremona.Cli.Benchmarks;

/// <summary>Reproducible random weights of a shape.</summary>
internal sealed class RandomDecoder(DecoderConfig config) : IDecoderSource
{
    private const float WeightMax = 0.05f;

    public DecoderConfig Config { get; } = config;

    public WeightFormat Format => WeightFormat.F32;

    public ITensorReader Open() => new Tensors();

    /// <summary>A rank-16 adapter of all linear layers.</summary>
    public LoraAdapter Adapter(ulong seed)
    {
        const int rank = 16;
        var matrices = new Dictionary<(int, LinearKind), LoraMatrices>();
        for (int layer = 0; layer < Config.LayerCount; layer++)
        {
            foreach (LinearKind kind in LinearKinds.All)
            {
                ulong number = (seed << 32) + (ulong)((layer * 16) + (int)kind);
                matrices[(layer, kind)] = new LoraMatrices(
                    Floats(number, (long)rank * Config.InputSize(kind)),
                    Floats(number + 8, (long)Config.OutputSize(kind) * rank));
            }
        }

        return new LoraAdapter(Config, rank, rank, matrices);
    }

    private static float[] Floats(ulong seed, long length)
    {
        float[] values = new float[length];
        Fill(seed, values);
        return values;
    }

    // Marsaglia's xorshift.
    private static void Fill(ulong seed, Span<float> values)
    {
        ulong state = (seed + 1) * 0x9E3779B97F4A7C15;
        for (int i = 0; i < values.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[i] = (((state >> 40) * (2f / (1 << 24))) - 1) * WeightMax;
        }
    }

    /// <summary>Every tensor of any shape is there, but no bias: vectors are ones, each row of a matrix has numbers of
    /// its own.</summary>
    private sealed class Tensors : ITensorReader
    {
        public bool Contains(string name) => !name.EndsWith(".bias", StringComparison.Ordinal);

        public void Check(string name, params ReadOnlySpan<int> shape)
        {
        }

        public void ReadRows(string name, int firstRow, Span<float> rows, params ReadOnlySpan<int> shape)
        {
            if (shape.Length == 1)
            {
                rows.Fill(1);
                return;
            }

            ulong seed = name.Aggregate(14695981039346656037, (hash, letter) => (hash ^ letter) * 1099511628211);
            for (int row = firstRow; rows.Length > 0; row++, rows = rows[shape[1]..])
                Fill(seed + (ulong)row, rows[..shape[1]]);
        }

        public void Dispose()
        {
        }
    }
}

using Cremona.Inference.Architectures;

namespace Cremona.Inference.Adapters;

/// <summary>A LoRA adapter for the linear layers of a decoder. Immutable once published to an engine.</summary>
public sealed class LoraAdapter
{
    private static long _lastNumber;

    public LoraAdapter(
        DecoderConfig config,
        int rank,
        float alpha,
        IReadOnlyDictionary<(int Layer, LinearKind Kind), LoraMatrices> matrices)
    {
        Config = config;
        Rank = rank;
        Alpha = alpha;
        Matrices = matrices;
        SizeBytes = Measure(matrices.Values.Sum(pair => pair.A.Length + (long)pair.B.Length));
    }

    /// <summary>The <see cref="SizeBytes"/> of an adapter of this many numbers.</summary>
    internal static long Measure(long count) => count * (sizeof(float) + sizeof(ushort));

    /// <summary>The shape of the base model it was trained on.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Another for each adapter of the process, from 1; what was computed with one adapter is never taken for
    /// another's.</summary>
    public long Number { get; } = Interlocked.Increment(ref _lastNumber);

    public int Rank { get; }

    /// <summary>PEFT's <c>lora_alpha</c>.</summary>
    public float Alpha { get; }

    /// <summary>Factor of the update: alpha / rank.</summary>
    public float Scaling => Alpha / Rank;

    /// <summary>Bytes that it takes while it serves: its factors, and in bfloat16 the copy that the engine
    /// packs.</summary>
    public long SizeBytes { get; }

    public IReadOnlyDictionary<(int Layer, LinearKind Kind), LoraMatrices> Matrices { get; }
}

using Cremona.Inference.Architectures;

namespace Cremona.Inference.Adapters;

/// <summary>A LoRA adapter for the linear layers of a decoder. Immutable once published to an engine.</summary>
public sealed class LoraAdapter
{
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
    }

    /// <summary>The shape of the base model it was trained on.</summary>
    public DecoderConfig Config { get; }

    public int Rank { get; }

    /// <summary>PEFT's <c>lora_alpha</c>.</summary>
    public float Alpha { get; }

    /// <summary>Factor of the update: alpha / rank.</summary>
    public float Scaling => Alpha / Rank;

    public IReadOnlyDictionary<(int Layer, LinearKind Kind), LoraMatrices> Matrices { get; }
}

using Cremona.Inference.Architectures.Rotary;
using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>The shape of a decoder-only transformer, as read from a Hugging Face <c>config.json</c>.</summary>
public sealed record DecoderConfig
{
    /// <summary>The first entry of <c>architectures</c>: LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM,
    /// Qwen3ForCausalLM.</summary>
    public required string Architecture { get; init; }

    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Width of the SwiGLU feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    public required int LayerCount { get; init; }

    public required int HeadCount { get; init; }

    /// <summary>Key/value heads of grouped-query attention; divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    public required int HeadDimension { get; init; }

    /// <summary>Longest sequence in tokens (<c>max_position_embeddings</c>).</summary>
    public required int ContextLength { get; init; }

    public float RmsNormEpsilon { get; init; } = 1e-6f;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are stretched; null leaves them as they are.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>How many positions a token sees in the layers that slide, its own among them; null where every layer
    /// sees all (Mistral, Qwen2 and Qwen3 with <c>use_sliding_window</c>).</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>With <see cref="SlidingWindow"/>: this layer and those after it slide.</summary>
    public int FirstSlidingLayer { get; init; }

    /// <summary>The output head is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Query, key and value projections have a bias (Qwen2).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>RMSNorm over each query and key head before the rotation (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Width of all query heads together.</summary>
    public int QuerySize => checked(HeadCount * HeadDimension);

    /// <summary>Width of all key (or value) heads together.</summary>
    public int KeyValueSize => checked(KeyValueHeadCount * HeadDimension);

    /// <summary>How many positions a token sees in a layer, its own among them.</summary>
    public int WindowOf(int layer) => SlidingWindow is { } window && layer >= FirstSlidingLayer ? window : int.MaxValue;

    /// <summary>The rotary angles, stretched as the model asks for.</summary>
    public RotaryTable CreateRotaryTable() => RopeScaling is { } scaling
        ? new(scaling.Frequencies(HeadDimension, RopeTheta), scaling.Amplitude)
        : new(HeadDimension, RopeTheta);
}

namespace Cremona.Inference.Architectures;

/// <summary>Float32 weights of a whole decoder. The arrays may be shared between an engine and a trainer of adapters,
/// both of which only read them; full-parameter training works on its own copy.</summary>
public sealed class DecoderWeights
{
    public required DecoderConfig Config { get; init; }

    public required float[] Embedding { get; init; } // [vocabularySize, hiddenSize]

    public required DecoderLayerWeights[] Layers { get; init; }

    public required float[] FinalNorm { get; init; } // [hiddenSize]

    /// <summary>The output head; null when it is tied to <see cref="Embedding"/>.</summary>
    public float[]? Head { get; init; } // [vocabularySize, hiddenSize]

    /// <summary>The matrix that makes logits: the head, or the embedding when tied.</summary>
    public float[] HeadOrEmbedding => Head ?? Embedding;
}

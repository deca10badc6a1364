using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>Float32 weights of a whole decoder. The arrays may be shared between an engine and a trainer of adapters,
/// both of which only read them; full-parameter training works on its own copy.</summary>
public sealed class DecoderWeights : IDecoderSource
{
    public required DecoderConfig Config { get; init; }

    public required float[] Embedding { get; init; } // [vocabularySize, hiddenSize]

    public required DecoderLayerWeights[] Layers { get; init; }

    public required float[] FinalNorm { get; init; } // [hiddenSize]

    /// <summary>The output head; null when it is tied to <see cref="Embedding"/>.</summary>
    public float[]? Head { get; init; } // [vocabularySize, hiddenSize]

    /// <summary>The matrix that makes logits: the head, or the embedding when tied.</summary>
    public float[] HeadOrEmbedding => Head ?? Embedding;

    WeightFormat IDecoderSource.Format => WeightFormat.F32;

    /// <summary>Reads everything.</summary>
    /// <exception cref="InvalidDataException">A tensor cannot be read.</exception>
    public static DecoderWeights Read(IDecoderSource source) => source as DecoderWeights ?? new DecoderWeights
    {
        Config = source.Config,
        Embedding = source.ReadEmbedding(),
        Layers = [.. Enumerable.Range(0, source.Config.LayerCount).Select(source.ReadLayer)],
        FinalNorm = source.ReadFinalNorm(),
        Head = source.ReadHead(),
    };

    float[] IDecoderSource.ReadEmbedding() => Embedding;

    float[]? IDecoderSource.ReadHead() => Head;

    float[] IDecoderSource.ReadFinalNorm() => FinalNorm;

    DecoderLayerWeights IDecoderSource.ReadLayer(int layer) => Layers[layer];
}

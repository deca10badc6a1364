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
    public static DecoderWeights Read(IDecoderSource source)
    {
        if (source is DecoderWeights whole) return whole;
        DecoderConfig config = source.Config;
        using ITensorReader files = source.Open();
        return new DecoderWeights
        {
            Config = config,
            Embedding = files.Read(DecoderTensors.Embedding, config.VocabularySize, config.HiddenSize),
            Layers = [.. Enumerable.Range(0, config.LayerCount)
                .Select(layer => DecoderTensors.ReadLayer(files, config, layer))],
            FinalNorm = files.Read(DecoderTensors.FinalNorm, config.HiddenSize),
            Head = config.TieWordEmbeddings
                ? null
                : files.Read(DecoderTensors.Head, config.VocabularySize, config.HiddenSize),
        };
    }

    ITensorReader IDecoderSource.Open() => new TensorsInMemory(DecoderTensors.List(this));
}

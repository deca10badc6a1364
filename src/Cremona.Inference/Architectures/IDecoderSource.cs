using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>Where the float32 weights of a decoder come from, part by part, so that a packed copy can be made without
/// the whole in memory. Thread-safe.</summary>
public interface IDecoderSource
{
    DecoderConfig Config { get; }

    /// <summary>The smallest format that loses nothing, or next to nothing, of what the source holds.</summary>
    WeightFormat Format { get; }

    /// <returns>[vocabularySize, hiddenSize]</returns>
    /// <exception cref="InvalidDataException">The tensor cannot be read.</exception>
    float[] ReadEmbedding();

    /// <summary>The output head, or null when it is tied to the embedding.</summary>
    /// <returns>[vocabularySize, hiddenSize]</returns>
    /// <exception cref="InvalidDataException">The tensor cannot be read.</exception>
    float[]? ReadHead();

    /// <returns>[hiddenSize]</returns>
    /// <exception cref="InvalidDataException">The tensor cannot be read.</exception>
    float[] ReadFinalNorm();

    /// <param name="layer">In [0, layerCount).</param>
    /// <exception cref="InvalidDataException">A tensor cannot be read.</exception>
    DecoderLayerWeights ReadLayer(int layer);
}

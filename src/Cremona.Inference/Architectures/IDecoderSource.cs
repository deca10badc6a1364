using Cremona.Inference.Kernels;

namespace Cremona.Inference.Architectures;

/// <summary>Where the float32 weights of a decoder come from, some rows at a time, so that a packed copy is made
/// without a whole tensor in memory. Thread-safe.</summary>
public interface IDecoderSource
{
    DecoderConfig Config { get; }

    /// <summary>The smallest format that loses nothing, or next to nothing, of what the source holds.</summary>
    WeightFormat Format { get; }

    /// <summary>Opens the tensors; whoever asked closes them.</summary>
    /// <exception cref="InvalidDataException">They cannot be opened any more.</exception>
    ITensorReader Open();
}

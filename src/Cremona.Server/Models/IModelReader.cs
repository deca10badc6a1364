using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;

namespace Cremona.Server.Models;

/// <summary>Brings models from disk into memory. Synchronous work of seconds; the caller gives it a thread.</summary>
public interface IModelReader
{
    /// <exception cref="InvalidDataException">The folder holds no readable model; names file and fault.</exception>
    /// <exception cref="IOException">The folder or a file of it is missing or unreadable.</exception>
    LanguageModel ReadModel(string folder);

    /// <summary>An engine that serves the model until it is disposed.</summary>
    /// <param name="model">Its weights are read again.</param>
    /// <param name="format">How they lie in memory; null takes the format that loses nothing.</param>
    /// <exception cref="InvalidDataException">The weights cannot be read any more.</exception>
    IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format);

    /// <exception cref="InvalidDataException">The folder holds no adapter that fits; names file and fault.</exception>
    LoraAdapter ReadAdapter(string folder, DecoderConfig config);
}

using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;

namespace Cremona.Server.Models;

/// <summary>Brings models from disk into memory. Synchronous work of seconds; the caller gives it a thread.</summary>
public interface IModelReader
{
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <exception cref="InvalidDataException">There is no readable model; names file and fault.</exception>
    /// <exception cref="IOException">A file is missing or unreadable.</exception>
    LanguageModel ReadModel(string path);

    /// <summary>The <see cref="IGenerationEngine.WeightBytes"/> that an engine of the model will have, before it is
    /// started.</summary>
    long MeasureEngine(LanguageModel model, WeightFormat? format);

    /// <summary>An engine that serves the model until it is disposed.</summary>
    /// <param name="model">Its weights are read again.</param>
    /// <param name="format">How they lie in memory; null takes the format that loses nothing.</param>
    /// <exception cref="InvalidDataException">The weights cannot be read any more.</exception>
    IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format);

    /// <summary>The <see cref="LoraAdapter.SizeBytes"/> that an adapter will have, before it is read.</summary>
    /// <exception cref="InvalidDataException">The file is corrupt.</exception>
    long MeasureAdapter(string folder);

    /// <exception cref="InvalidDataException">The folder holds no adapter that fits; names file and fault.</exception>
    LoraAdapter ReadAdapter(string folder, DecoderConfig config);
}

using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <inheritdoc cref="IModelReader"/>
public sealed class ModelReader(IOptions<EngineOptions> options) : IModelReader
{
    public LanguageModel ReadModel(string path) => ModelFiles.Load(path);

    public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format) => new DecoderEngine(
        model.Source, format ?? model.Source.Format, options.Value, model.Tokenizer.VocabularySize);

    public LoraAdapter ReadAdapter(string folder, DecoderConfig config) => AdapterFolder.Load(folder, config);
}

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

    public long MeasureEngine(LanguageModel model, WeightFormat? format) =>
        DecoderForward.Measure(model.Config, format ?? model.Source.Format);

    public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format) => new DecoderEngine(
        model.Source, format ?? model.Source.Format, options.Value, model.Tokenizer.VocabularySize);

    public long MeasureAdapter(string folder) => AdapterFolder.Measure(folder);

    public LoraAdapter ReadAdapter(string folder, DecoderConfig config) => AdapterFolder.Load(folder, config);
}

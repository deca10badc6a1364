using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.Models;

/// <summary>Reads no model before the test allows it.</summary>
public sealed class GatedReader(IModelReader inner, Task gate) : IModelReader
{
    public LanguageModel ReadModel(string path)
    {
        gate.GetAwaiter().GetResult();
        return inner.ReadModel(path);
    }

    public long MeasureEngine(LanguageModel model, WeightFormat? format) => inner.MeasureEngine(model, format);

    public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format) => inner.StartEngine(model, format);

    public long MeasureAdapter(string folder) => inner.MeasureAdapter(folder);

    public LoraAdapter ReadAdapter(string folder, DecoderConfig config) => inner.ReadAdapter(folder, config);
}

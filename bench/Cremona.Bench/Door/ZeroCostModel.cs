using System.Runtime.CompilerServices;
using Cremona.Inference.Adapters;
using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Kernels;
using Cremona.Inference.Scheduling;
using Cremona.Server.Models;

namespace Cremona.Bench.Door;

/// <summary>The embedded model's tokenizer and template before an engine that answers at once, always the
/// same.</summary>
internal sealed class ZeroCostModel : IModelReader, IGenerationEngine
{
    public const string Answer = "The violins of Cremona are known in all the world.";

    private int[] _answer = [];

    public long WeightBytes => 0;

    public LanguageModel ReadModel(string path)
    {
        LanguageModel model = ModelFiles.Load(path);
        _answer = model.Tokenizer.Encode(Answer);
        return model;
    }

    public long MeasureEngine(LanguageModel model, WeightFormat? format) => 0;

    public long MeasureAdapter(string folder) => 0;

    public IGenerationEngine StartEngine(LanguageModel model, WeightFormat? format) => this;

    public LoraAdapter ReadAdapter(string folder, DecoderConfig config) => AdapterFolder.Load(folder, config);

    public async IAsyncEnumerable<GeneratedToken> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (int token in _answer)
        {
            yield return new GeneratedToken(token, -1, [], null);
        }

        yield return new GeneratedToken(-1, 0, [], FinishReason.Stop);
    }
}

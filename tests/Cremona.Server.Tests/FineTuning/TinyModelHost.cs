using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Grammar;
using Cremona.Inference.Scheduling;
using Cremona.Server.Models;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>Every base model is the tiny one; nothing is served.</summary>
public sealed class TinyModelHost : IModelHost
{
    public Task<LanguageModel> LoadAsync(BaseModel model, CancellationToken cancellationToken) =>
        Task.FromResult(TinyModel.Shared);

    public Task<LoadedHold<IGenerationEngine>> HoldEngineAsync(
        BaseModel model, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<LoraAdapter> LoadAdapterAsync(TunedModel model, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<TokenGrammar> LoadGrammarAsync(
        BaseModel model, GrammarSource source, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void DropAdapter(string tunedModelId)
    {
    }
}

using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Grammar;
using Cremona.Inference.Scheduling;
using Cremona.Server.Edge;

namespace Cremona.Server.Models;

/// <summary>Keeps models loaded and their engines running; loads on first use, once.</summary>
public interface IModelHost
{
    /// <summary>The model's weights, tokenizer and template.</summary>
    Task<LanguageModel> LoadAsync(BaseModel model, CancellationToken cancellationToken);

    /// <summary>The engine that serves the model. It stays in memory until the hold is disposed, and may leave then;
    /// whoever holds one may not wait for another.</summary>
    /// <exception cref="ApiException">1013: its files cannot be read, or it never fits into memory.</exception>
    Task<LoadedHold<IGenerationEngine>> HoldEngineAsync(BaseModel model, CancellationToken cancellationToken);

    /// <summary>The adapter of a tuned model, read from the blob store on first use.</summary>
    Task<LoraAdapter> LoadAdapterAsync(TunedModel model, CancellationToken cancellationToken);

    /// <summary>A grammar over the model's vocabulary, compiled on first use.</summary>
    /// <exception cref="GrammarException">The grammar is malformed, not supported, or exceeds a limit.</exception>
    Task<TokenGrammar> LoadGrammarAsync(BaseModel model, GrammarSource source, CancellationToken cancellationToken);

    /// <summary>Frees the adapter of a deleted tuned model; nothing happens when it is not in memory. Requests that
    /// already use it end undisturbed.</summary>
    void DropAdapter(string tunedModelId);
}

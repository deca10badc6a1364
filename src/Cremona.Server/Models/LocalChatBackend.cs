using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>An engine of this process.</summary>
internal sealed class LocalChatBackend(ServedModel served, LanguageModel model, IModelHost host) : IChatBackend
{
    public int ContextTokens => model.Config.ContextLength;

    public async Task<bool> HoldAsync(
        EngineChatOptions settings, GrammarSource form, CancellationToken cancellationToken)
    {
        settings.Grammar = await host.LoadGrammarAsync(served.Base, form, cancellationToken);
        settings.IgnoredKeywords = settings.Grammar.IgnoredKeywords;
        return true;
    }

    public bool KnowsTools => model.ChatTemplate.ToolCallForm is not null;

    /// <summary>The engine computes models of text.</summary>
    public bool ReadsImages => false;

    public async Task OfferAsync(EngineChatOptions settings, ToolOffer offer, CancellationToken cancellationToken)
    {
        ToolCallForm form = model.ChatTemplate.ToolCallForm
            ?? throw new NotSupportedException("the model's chat template has no form for tools");
        offer.Tell(settings);
        settings.CallsReplaceText |= form.StandsAlone;
        settings.CallBeginnings = offer.FindBeginnings(form);
        settings.Grammar = await host.LoadGrammarAsync(served.Base, offer.ToSource(form), cancellationToken);
        settings.IgnoredKeywords = settings.Grammar.IgnoredKeywords;
    }

    public async Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken)
    {
        LoraAdapter? adapter = served.Tuned is { } tuned
            ? await host.LoadAdapterAsync(tuned, cancellationToken)
            : null;

        // Last, so that no fault leaves it held.
        LoadedHold<IGenerationEngine> engine = await host.HoldEngineAsync(served.Base, cancellationToken);
        return new EngineChatClient(served.RequestedName, model, engine, adapter);
    }
}

using Cremona.Inference.Adapters;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Scheduling;
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
        return true;
    }

    public async Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken)
    {
        IGenerationEngine engine = await host.LoadEngineAsync(served.Base, cancellationToken);
        LoraAdapter? adapter = served.Tuned is { } tuned
            ? await host.LoadAdapterAsync(tuned, cancellationToken)
            : null;
        return new EngineChatClient(served.RequestedName, model, engine, adapter);
    }
}

using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Other servers that run the model.</summary>
/// <param name="served">What was asked for.</param>
/// <param name="pool">The servers.</param>
/// <param name="adapter">Of the tuned model; null for the base model.</param>
/// <param name="cacheSecret">Makes the salts that keep the groups' prompts apart; null where the servers know no
/// salts.</param>
internal sealed class UpstreamChatBackend(
    ServedModel served, UpstreamPool pool, UpstreamAdapter? adapter, byte[]? cacheSecret) : IChatBackend
{
    public int ContextTokens => pool.ContextTokens;

    /// <summary>Whether they really do, the other servers say themselves.</summary>
    public bool KnowsTools => true;

    public bool ReadsImages => pool.ReadsImages;

    /// <summary>The forms of JSON, by the other server's own means.</summary>
    public Task<bool> HoldAsync(EngineChatOptions settings, GrammarSource form, CancellationToken cancellationToken)
    {
        settings.ResponseFormat = form.ResponseFormat;
        return Task.FromResult(form.ResponseFormat is not null);
    }

    /// <summary>By the other server's own means.</summary>
    public Task OfferAsync(EngineChatOptions settings, ToolOffer offer, CancellationToken cancellationToken)
    {
        offer.Tell(settings);
        settings.ResponseFormat =
            offer.Rules.TextSchema is { } schema ? ChatResponseFormat.ForJsonSchema(schema) : null;
        return Task.CompletedTask;
    }

    public Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IChatClient>(new UpstreamChatClient(served.RequestedName, pool, adapter, cacheSecret));
}

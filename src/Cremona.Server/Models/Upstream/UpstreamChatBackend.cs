using Cremona.Inference.Grammar;
using Cremona.Inference.Templates;
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
    /// <exception cref="GrammarException">A name in the schema is no Unicode.</exception>
    public Task<bool> HoldAsync(EngineChatOptions settings, GrammarSource form, CancellationToken cancellationToken)
    {
        var schemas = new RelaxedSchema(form.Relaxed);
        settings.ResponseFormat = form.ResponseFormat is ChatResponseFormatJson { Schema: { } schema }
            ? ChatResponseFormat.ForJsonSchema(schemas.Strip(schema))
            : form.ResponseFormat;
        settings.IgnoredKeywords = schemas.Ignored;
        return Task.FromResult(form.ResponseFormat is not null);
    }

    /// <summary>By the other server's own means.</summary>
    /// <exception cref="GrammarException">A name in a schema is no Unicode.</exception>
    public Task OfferAsync(EngineChatOptions settings, ToolOffer offer, CancellationToken cancellationToken)
    {
        var schemas = new RelaxedSchema(offer.Rules.Relaxed);
        IReadOnlyList<ChatTool> tools =
            [.. offer.Tools.Select(tool => tool with { Parameters = schemas.Strip(tool.Parameters, tool.Name) })];
        (offer with { Tools = tools }).Tell(settings);
        settings.ResponseFormat = offer.Rules.TextSchema is { } schema
            ? ChatResponseFormat.ForJsonSchema(schemas.Strip(schema))
            : null;
        settings.IgnoredKeywords = schemas.Ignored;
        return Task.CompletedTask;
    }

    public Task<IChatClient> CreateClientAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IChatClient>(new UpstreamChatClient(served.RequestedName, pool, adapter, cacheSecret));
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>A model that other servers run, as a chat client whose updates are those of
/// <see cref="EngineChatClient"/>. Thread-safe; owns nothing.</summary>
/// <param name="modelName">The name that was asked for.</param>
/// <param name="pool">The servers.</param>
/// <param name="adapter">Of the tuned model; null for the base model.</param>
/// <param name="cacheSecret">Makes the salts that keep the groups' prompts apart; null where the servers know no
/// salts.</param>
internal sealed class UpstreamChatClient(
    string modelName, UpstreamPool pool, UpstreamAdapter? adapter, byte[]? cacheSecret) : IChatClient
{
    /// <inheritdoc/>
    /// <exception cref="ApiException">As for <see cref="GetStreamingResponseAsync"/>.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ApiException">On a move: 2013 when the servers do not take the request, 1041 when they have too
    /// much to do, 1001 when they take too long, 1013 when they fail.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        EngineChatOptions settings = options as EngineChatOptions ?? new EngineChatOptions(options);
        ChatMessage[] prompt = [.. messages];
        string? salt = SaltOf(settings.Group);
        int promptTokens = UpstreamRequests.EstimateTokens(prompt);
        int outputTokensMax = LimitOutput(promptTokens, settings);
        byte[] body =
            UpstreamRequests.Write(adapter?.Name ?? pool.Model, prompt, settings, outputTokensMax, salt);
        var request = new UpstreamRequest(body, adapter);
        var tally = new UpstreamTally(settings, promptTokens, tellsCached: salt is not null);

        // White space that other servers leave before calls is not part of an answer either.
        bool isAtStart = settings.TrimsStart
            || (settings.Tools is { Count: > 0 } && settings.Ending != Inference.Templates.ChatEnding.ContinueLast);
        await using IAsyncEnumerator<UpstreamChunk> chunks =
            pool.StreamAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await ReadAsync(chunks, tally, outputTokensMax) is { } chunk)
        {
            string text = isAtStart ? chunk.Text.TrimStart() : chunk.Text;
            isAtStart &= text.Length == 0;
            if (text.Length > 0 || chunk.Calls.Count > 0 || chunk.LogProbabilities.Count > 0)
            {
                ChatResponseUpdate update =
                    ToUpdate(text, settings.TopLogProbabilities is null ? [] : chunk.LogProbabilities);
                update.Contents = [.. update.Contents, .. chunk.Calls];
                yield return update;
            }
        }

        ChatResponseUpdate last = ToUpdate("", []);
        last.Contents.Add(new UsageContent(tally.Usage));
        last.FinishReason = tally.Finish == ChatFinishReason.Length && IsShrunk(outputTokensMax, settings)
            ? EngineChatClient.MaxOutput
            : tally.Finish;
        last.AdditionalProperties = new() { [EngineChatClient.MeanLogProbability] = tally.MeanLogProbability };
        yield return last;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("upstream", null, modelName)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        // The servers belong to their pools.
    }

    /// <summary>As an engine of this process does: a limit that the request gives never shrinks. How long the prompt
    /// is, is an estimate, and so is what the default shrinks to; where nothing would be left, the server
    /// decides.</summary>
    private int LimitOutput(int promptTokens, EngineChatOptions settings)
    {
        if (settings.MaxOutputTokens is { } asked) return asked;
        int room = pool.ContextTokens - promptTokens;
        return room > 0 ? Math.Min(settings.DefaultOutputTokens, room) : settings.DefaultOutputTokens;
    }

    private static bool IsShrunk(int outputTokensMax, EngineChatOptions settings) =>
        settings.MaxOutputTokens is null && outputTokensMax < settings.DefaultOutputTokens;

    private ChatResponseUpdate ToUpdate(string text, IReadOnlyList<TokenLogProbability> told) =>
        new(ChatRole.Assistant, text.Length > 0 ? [new TextContent(text)] : [])
        {
            ModelId = modelName,
            AdditionalProperties = told.Count > 0 ? new() { [EngineChatClient.LogProbabilities] = told } : null,
        };

    /// <summary>Of the group without telling it: the same one every time, and of no other group.</summary>
    private string? SaltOf(string? group) => cacheSecret is null || group is null
        ? null
        : Convert.ToHexStringLower(HMACSHA256.HashData(cacheSecret, Encoding.UTF8.GetBytes(group)));

    private async ValueTask<UpstreamChunk?> ReadAsync(
        IAsyncEnumerator<UpstreamChunk> chunks, UpstreamTally tally, int outputTokensMax)
    {
        try
        {
            if (!await chunks.MoveNextAsync())
            {
                return null;
            }
        }
        catch (UpstreamException fault)
        {
            throw Explain(fault, tally.Usage.InputTokenCount ?? 0, outputTokensMax);
        }

        tally.Add(chunks.Current);
        return chunks.Current;
    }

    private ApiException Explain(UpstreamException fault, long promptTokens, int outputTokensMax) => fault.Fault switch
    {
        UpstreamFault.Overflow => ApiException.InvalidParameters(string.Create(
            CultureInfo.InvariantCulture,
            $"about {promptTokens} prompt tokens + {outputTokensMax} of output exceed the context of model {modelName}, "
            + $"{pool.ContextTokens} tokens or what its server allows; shorten messages or ask for fewer tokens")),
        UpstreamFault.Refused => ApiException.InvalidParameters(
            $"messages or options are not taken by the server that runs model {modelName}; leave out what it does not offer"),
        UpstreamFault.Busy => Tell(ApiError.TooManyConnections, "", fault),
        UpstreamFault.TimedOut => Tell(ApiError.Timeout, "", fault),
        _ => Tell(ApiError.Internal, $", the server that runs model {modelName} fails; the log says why", fault),
    };

    private static ApiException Tell(ApiError error, string detail, UpstreamException fault) =>
        new(error, ApiErrorCatalogue.Find(error).DefaultText + detail) { RetryAfter = fault.RetryAfter };
}

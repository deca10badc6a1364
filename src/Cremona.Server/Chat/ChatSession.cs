using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Cremona.Inference.Scheduling;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using TurnRole = Cremona.Inference.Templates.ChatRole;

namespace Cremona.Server.Chat;

/// <summary>One request with the model that answers it. For one answer only.</summary>
internal sealed class ChatSession(IChatClient client, ChatRequest request, EngineChatOptions settings, ILogger log)
{
    /// <summary>As many answers as were asked for, drawn side by side with seeds of their own, the likeliest
    /// first.</summary>
    /// <exception cref="ApiException">2013 when the prompt and the wanted output do not fit the model's context; 1041
    /// when the engine has too much to do.</exception>
    public async Task<IReadOnlyList<ChatAnswer>> CompleteAsync(CancellationToken cancellationToken)
    {
        settings.Seed ??= BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        ChatAnswer[] answers = await Task.WhenAll(
            Enumerable.Range(0, request.AnswerCount).Select(index => CompleteOneAsync(index, cancellationToken)));
        return [.. answers.OrderByDescending(answer => answer.MeanLogProbability)];
    }

    /// <summary>Pieces of one answer; the last element is the whole answer and nothing else is.</summary>
    /// <exception cref="ApiException">As for <see cref="CompleteAsync"/>, on the first move.</exception>
    public async IAsyncEnumerable<(string Delta, ChatAnswer? Answer)> StreamAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ChatResponseUpdate> updates = [];
        await using IAsyncEnumerator<ChatResponseUpdate> source = client
            .GetStreamingResponseAsync(ToMessages(), settings, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(source))
        {
            updates.Add(source.Current);
            if (source.Current.Text is { Length: > 0 } delta)
            {
                yield return (delta, null);
            }
        }

        yield return ("", ToAnswer(updates.ToChatResponse()));
    }

    private async Task<ChatAnswer> CompleteOneAsync(int index, CancellationToken cancellationToken)
    {
        var own = new EngineChatOptions(settings) { Seed = settings.Seed + index };
        try
        {
            return ToAnswer(await client.GetResponseAsync(ToMessages(), own, cancellationToken));
        }
        catch (Exception fault) when (Explain(fault) is { } mistake)
        {
            throw mistake;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChatResponseUpdate> source)
    {
        try
        {
            return await source.MoveNextAsync();
        }
        catch (Exception fault) when (Explain(fault) is { } mistake)
        {
            throw mistake;
        }
    }

    /// <summary>What the caller can do about a fault, or null when it is none of the caller's.</summary>
    private ApiException? Explain(Exception fault) => fault switch
    {
        ContextOverflowException overflow => ApiException.InvalidParameters(string.Create(
            CultureInfo.InvariantCulture,
            $"prompt tokens {overflow.PromptTokens} + {request.OutputTokens.Field} {overflow.OutputTokens} exceed the context "
            + $"of {overflow.ContextTokens} tokens of model {request.Model}")),
        EngineBusyException => new ApiException(
            ApiError.TooManyConnections, ApiErrorCatalogue.Find(ApiError.TooManyConnections).DefaultText),
        _ => null,
    };

    private ChatAnswer ToAnswer(ChatResponse response)
    {
        var answer = new ChatAnswer(
            response.Text,
            (response.FinishReason ?? ChatFinishReason.Stop).Value,
            response.Usage?.InputTokenCount ?? 0,
            response.Usage?.OutputTokenCount ?? 0,
            response.AdditionalProperties?[EngineChatClient.MeanLogProbability] is double mean ? mean : 0);
        log.Answered(request.Model, answer.PromptTokens, answer.OutputTokens, answer.FinishReason);
        return answer;
    }

    private IEnumerable<ChatMessage> ToMessages() => request.Turns.Select(turn =>
        new ChatMessage(ToRole(turn.Role), turn.Content) { AuthorName = turn.Name });

    private static ChatRole ToRole(TurnRole role) => role switch
    {
        TurnRole.System => ChatRole.System,
        TurnRole.User => ChatRole.User,
        TurnRole.Assistant => ChatRole.Assistant,
        TurnRole.Tool => ChatRole.Tool,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}

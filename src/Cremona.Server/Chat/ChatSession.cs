using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cremona.Inference.Grammar;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Protocol.Errors;
using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using ChatRole = Microsoft.Extensions.AI.ChatRole;
using TurnRole = Cremona.Inference.Templates.ChatRole;

namespace Cremona.Server.Chat;

/// <summary>One request with the model that answers it; to be answered once. Disposing it ends the call and
/// lets the model go.</summary>
internal sealed class ChatSession(
    IChatClient client, ChatRequest request, EngineChatOptions settings, ChatAdmission admission, bool logsContents,
    ILogger log)
    : IDisposable
{
    /// <summary>Keywords of the request's schemas that are not held to, as it wished.</summary>
    public IReadOnlyList<string> IgnoredKeywords => settings.IgnoredKeywords;

    /// <summary>As many answers as were asked for, the likeliest first. One that is the same as another is drawn again,
    /// as often in all as there are answers; where the model hardly has a choice some may stay the same.</summary>
    /// <exception cref="ApiException">As for <see cref="StreamAsync"/>.</exception>
    public async Task<IReadOnlyList<ChatAnswer>> CompleteAsync(CancellationToken cancellationToken)
    {
        var answers = new ChatAnswer[request.AnswerCount];
        await foreach (ChatPiece piece in StreamAsync(cancellationToken))
        {
            answers[piece.Index] = piece.Answer ?? answers[piece.Index];
        }

        await RedrawTwinsAsync(answers, cancellationToken);
        return [.. answers.OrderByDescending(answer => answer.MeanLogProbability)];
    }

    /// <summary>Pieces of as many answers as were asked for, drawn side by side with seeds of their own; the last piece
    /// of each carries the whole answer.</summary>
    /// <exception cref="ApiException">On a move: 2013 when the prompt and the wanted output do not fit the model's
    /// context; 1041 when the engine has too much to do.</exception>
    public IAsyncEnumerable<ChatPiece> StreamAsync(CancellationToken cancellationToken)
    {
        settings.Seed ??= BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        return MergedStreams.MergeAsync(
            stop => Enumerable.Range(0, request.AnswerCount).Select(index => StreamOneAsync(index, stop)),
            cancellationToken);
    }

    public void Dispose()
    {
        admission.Pass.Dispose();
        client.Dispose();
    }

    private async Task RedrawTwinsAsync(ChatAnswer[] answers, CancellationToken cancellationToken)
    {
        bool isComplete = true;
        for (int seed = answers.Length; isComplete && seed < 2 * answers.Length;)
        {
            int[] twins = [.. Enumerable.Range(1, answers.Length - 1)
                .Where(i => answers.Take(i).Any(other => IsTwin(other, answers[i])))
                .Take((2 * answers.Length) - seed)];
            if (twins.Length == 0) return;

            int first = seed;
            ChatAnswer?[] drawn =
                await Task.WhenAll(twins.Select((_, i) => FindOneAsync(first + i, cancellationToken)));
            seed += twins.Length;
            foreach ((int twin, ChatAnswer? answer) in twins.Zip(drawn))
            {
                isComplete &= answer is not null;
                answers[twin] = answer is null ? answers[twin] : answer with
                {
                    DiscardedTokens = answers[twin].DiscardedTokens + answers[twin].OutputTokens,
                };
            }
        }
    }

    /// <summary>Null where there is none now: the answers that are there are good without it.</summary>
    private async Task<ChatAnswer?> FindOneAsync(int index, CancellationToken cancellationToken)
    {
        ChatAnswer? answer = null;
        try
        {
            await foreach (ChatPiece piece in StreamOneAsync(index, cancellationToken))
            {
                answer = piece.Answer ?? answer;
            }
        }
        catch (Exception fault) when (fault is ApiException or OperationCanceledException or IOException)
        {
            return null;
        }

        return answer;
    }

    private static bool IsTwin(ChatAnswer one, ChatAnswer other) => one.Text == other.Text
        && one.Calls.Select(call => (call.Name, call.Arguments))
            .SequenceEqual(other.Calls.Select(call => (call.Name, call.Arguments)));

    private async IAsyncEnumerable<ChatPiece> StreamOneAsync(
        int index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = new EngineChatOptions(settings) { Seed = settings.Seed + index };
        var text = new StringBuilder();
        List<TokenLogProbability> told = [];
        List<AIContent> others = [];
        await using IAsyncEnumerator<ChatResponseUpdate> source = client
            .GetStreamingResponseAsync(ToMessages(), own, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(source))
        {
            ChatResponseUpdate update = source.Current;
            IReadOnlyList<TokenLogProbability> news = EngineChatClient.LogProbabilitiesOf(update);
            text.Append(update.Text);
            told.AddRange(news);
            if (update.Text.Length > 0 || news.Count > 0)
            {
                yield return new ChatPiece(index, update.Text, news);
            }

            others.AddRange(update.Contents.Where(content => content is FunctionCallPiece or PluginStep));
            foreach (FunctionCallPiece call in update.Contents.OfType<FunctionCallPiece>())
            {
                yield return new ChatPiece(index, "", [], call);
            }

            if (update.FinishReason is { } reason)
            {
                ChatAnswer answer = ToAnswer(update, reason, text.ToString(), told);
                yield return new ChatPiece(index, "", [], Answer: answer with
                {
                    Calls = FunctionCallPiece.Join(others.OfType<FunctionCallPiece>()),
                    Steps = [.. others.OfType<PluginStep>()],
                });
            }
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
            if (fault is EngineBusyException && settings.Meter is { OutputTokens: 0 } meter)
            {
                meter.CountInput(0); // Turned away: nothing was read.
            }

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
        ChatTemplateException refusal => ApiException.InvalidParameters(
            $"the model's chat template refuses the messages: {refusal.Message}; change them"),
        GrammarException limit => request.Explain(limit),
        EngineBusyException => new ApiException(
            ApiError.TooManyConnections, ApiErrorCatalogue.Find(ApiError.TooManyConnections).DefaultText),
        _ => null,
    };

    private ChatAnswer ToAnswer(
        ChatResponseUpdate last, ChatFinishReason reason, string text, IReadOnlyList<TokenLogProbability> told)
    {
        UsageDetails? usage = last.Contents.OfType<UsageContent>().FirstOrDefault()?.Details;
        int outputType = 0;
        last.AdditionalProperties?.TryGetValue(ScreeningChatClient.SensitiveType, out outputType);
        var answer = new ChatAnswer(
            text,
            reason.Value,
            usage?.InputTokenCount ?? 0,
            usage?.CachedInputTokenCount ?? 0,
            usage?.OutputTokenCount ?? 0,
            last.AdditionalProperties?[EngineChatClient.MeanLogProbability] is double mean ? mean : 0,
            told,
            new ChatSensitivity(admission.InputType, outputType))
        {
            AddedInput = usage?.AdditionalCounts?.TryGetValue(WebSearchChatClient.AddedInput, out long added) == true
                ? added
                : null,
        };
        if (logsContents)
        {
            string prompt = string.Join('\n', request.Turns.Select(turn => $"{turn.Role}: {turn.Content}"));
            log.Said(request.Model, prompt, answer.FinishReason, text);
        }

        return answer;
    }

    private IEnumerable<ChatMessage> ToMessages() => request.Turns.Select((turn, index) =>
        new ChatMessage(
            ToRole(turn.Role), [.. request.Images.Parts.GetValueOrDefault(index) ?? ToContents(turn)])
        {
            AuthorName = turn.Name,
        });

    private static IEnumerable<AIContent> ToContents(ChatTurn turn)
    {
        if (turn.Role == TurnRole.Tool)
        {
            return [new FunctionResultContent(turn.ToolCallId ?? "", turn.Content)];
        }

        IEnumerable<AIContent> calls = turn.ToolCalls.Select((call, index) =>
            new FunctionCallPiece(index, call.Id, call.Name, call.Arguments.GetRawText()));
        return turn.Content.Length > 0 ? calls.Prepend(new TextContent(turn.Content)) : calls;
    }

    private static ChatRole ToRole(TurnRole role) => role switch
    {
        TurnRole.System => ChatRole.System,
        TurnRole.User => ChatRole.User,
        TurnRole.Assistant => ChatRole.Assistant,
        TurnRole.Tool => ChatRole.Tool,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}

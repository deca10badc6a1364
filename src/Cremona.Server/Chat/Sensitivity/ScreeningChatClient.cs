using System.Runtime.CompilerServices;
using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using AIChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Looks for the words of a list in what the client below answers. A severe one ends the answer before it is
/// told; any other is reported with the end.</summary>
/// <param name="inner">The client.</param>
/// <param name="words">What is looked for.</param>
/// <param name="isJson">It answers in JSON, whose escapes hide no word.</param>
internal sealed class ScreeningChatClient(IChatClient inner, WordAutomaton words, bool isJson)
    : DelegatingChatClient(inner)
{
    /// <summary>Key in <see cref="ChatResponseUpdate.AdditionalProperties"/> of the last update: the severest category
    /// found, an <see cref="int"/> from 2 to 7, or 0.</summary>
    public const string SensitiveType = "sensitive_type";

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <exception cref="ApiException">1027: the answer has a severe word.</exception>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var scanner = new WordScanner(words, isJson);
        var callScanner = new WordScanner(words, isJson: true);
        List<TokenLogProbability> untold = [];
        List<AIContent> heldCalls = [];
        IAsyncEnumerable<ChatResponseUpdate> updates =
            base.GetStreamingResponseAsync(messages, options, cancellationToken);
        await foreach (ChatResponseUpdate update in updates)
        {
            bool isLast = update.FinishReason is not null;
            string text = scanner.Append(update.Text) + (isLast ? scanner.Flush() : "");
            ScanCalls(update, callScanner, heldCalls);
            if (scanner.Category == SensitiveWords.Severe || callScanner.Category == SensitiveWords.Severe)
            {
                throw new ApiException(
                    ApiError.OutputSensitive, ApiErrorCatalogue.Find(ApiError.OutputSensitive).DefaultText);
            }

            untold.AddRange(EngineChatClient.LogProbabilitiesOf(update));
            if (text.Length > 0 || isLast)
            {
                List<TokenLogProbability> told = scanner.IsHolding ? [] : Take(untold);
                int? category = isLast ? Severest(update, scanner, callScanner) : null;
                yield return Screened(update, text, told, isLast ? heldCalls : [], category);
            }
        }
    }

    /// <summary>Of what was found here and below.</summary>
    private static int Severest(ChatResponseUpdate last, WordScanner scanner, WordScanner callScanner)
    {
        int below = 0;
        last.AdditionalProperties?.TryGetValue(SensitiveType, out below);
        return WordAutomaton.Severest(WordAutomaton.Severest(below, scanner.Category), callScanner.Category);
    }

    /// <summary>Calls are held back until the end: what they say is known only as a whole.</summary>
    private static void ScanCalls(ChatResponseUpdate update, WordScanner scanner, List<AIContent> held)
    {
        foreach (FunctionCallPiece call in update.Contents.OfType<FunctionCallPiece>())
        {
            scanner.Append(call.Arguments);
            held.Add(call);
        }

        if (update.FinishReason is not null)
        {
            scanner.Flush();
        }
    }

    /// <summary>Tokens of text that is held back are held back too.</summary>
    private static ChatResponseUpdate Screened(
        ChatResponseUpdate update, string text, List<TokenLogProbability> told, List<AIContent> calls, int? category)
    {
        ChatResponseUpdate screened = update.Clone();
        IEnumerable<AIContent> others =
            calls.Concat(update.Contents.Where(content => content is not (TextContent or FunctionCallPiece)));
        screened.Contents = text.Length > 0 ? [new TextContent(text), .. others] : [.. others];
        screened.AdditionalProperties = update.AdditionalProperties?.Clone() ?? [];
        screened.AdditionalProperties.Remove(EngineChatClient.LogProbabilities);
        if (told.Count > 0)
        {
            screened.AdditionalProperties[EngineChatClient.LogProbabilities] = told;
        }

        if (category is { } found)
        {
            screened.AdditionalProperties[SensitiveType] = found;
        }

        return screened;
    }

    private static List<TokenLogProbability> Take(List<TokenLogProbability> untold)
    {
        List<TokenLogProbability> taken = [.. untold];
        untold.Clear();
        return taken;
    }
}

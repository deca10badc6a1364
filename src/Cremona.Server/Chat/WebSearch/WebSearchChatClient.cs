using System.Runtime.CompilerServices;
using Cremona.Inference.Templates;
using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;
using AIChatOptions = Microsoft.Extensions.AI.ChatOptions;
using ChatRole = Microsoft.Extensions.AI.ChatRole;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>Answers the model's calls of <see cref="WebSearchPlugin"/> and lets it go on, until it says something else
/// or has searched as often as it may. The last update's usage counts the first prompt and all output;
/// <see cref="AddedInput"/> tells what the results have added.</summary>
/// <param name="inner">Answers with text, or with one call.</param>
/// <param name="search">Finds pages.</param>
/// <param name="closing">The settings of a round that may not search any more.</param>
/// <param name="searchesMax">In one answer.</param>
/// <param name="screen">Gives the category of sensitive words in a result, 0 for none. The model and the caller see no
/// result with a severe one.</param>
internal sealed class WebSearchChatClient(
    IChatClient inner, IWebSearch search, EngineChatOptions closing, int searchesMax, Func<string, int> screen)
    : DelegatingChatClient(inner)
{
    /// <summary>Key in <see cref="UsageDetails.AdditionalCounts"/>: the tokens that calls of the plugin and their
    /// results have added to the prompt, over those that the model has written.</summary>
    public const string AddedInput = "added_input";

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, AIChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> dialogue = [.. messages];
        EngineChatOptions settings = options as EngineChatOptions ?? new EngineChatOptions(options ?? closing);
        var round = new WebSearchRound();
        int searches = 0;
        int pages = 0;
        while (true)
        {
            round.Begin(maySearch: searches < searchesMax);
            await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(
                dialogue, settings, cancellationToken))
            {
                yield return round.Take(update);
            }

            if (round.SearchCall is not { } call)
            {
                yield break;
            }

            IReadOnlyList<string> queries =
                [.. WebSearchPlugin.ReadQueries(call.Arguments).Take(searchesMax - searches)];
            searches += Math.Max(1, queries.Count); // A call without a query is a round too.
            PluginStep step = await SearchAsync(call, queries, pages, round, cancellationToken);
            pages += step.Pages.Count;
            yield return new ChatResponseUpdate(ChatRole.Assistant, [step]);
            Append(dialogue, call, step.Result, closing.Ending == ChatEnding.ContinueLast);
            settings = new EngineChatOptions(searches < searchesMax ? settings : closing)
            {
                Seed = settings.Seed,
                CountedTokens = round.Tokens,
            };
        }
    }

    /// <summary>A turn that was opened with the bot's name is closed by the call and opened again.</summary>
    private static void Append(List<ChatMessage> dialogue, FunctionCallPiece call, string result, bool isOpened)
    {
        ChatMessage[] opening = isOpened ? [dialogue[^1]] : [];
        dialogue.RemoveRange(dialogue.Count - opening.Length, opening.Length);
        dialogue.Add(new ChatMessage(ChatRole.Assistant, [.. opening.SelectMany(message => message.Contents), call]));
        dialogue.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId ?? "", result)]));
        dialogue.AddRange(opening);
    }

    private async Task<PluginStep> SearchAsync(
        FunctionCallPiece call, IReadOnlyList<string> queries, int firstNumber, WebSearchRound round,
        CancellationToken cancellationToken)
    {
        List<WebSearchResult> results = [];
        foreach (string query in queries)
        {
            results.AddRange(await search.SearchAsync(query, cancellationToken));
        }

        (WebSearchResult Result, int Category)[] found =
        [
            .. results.DistinctBy(result => result.Url)
                .Select(result => (result, screen($"{result.Title}\n{result.Url}\n{result.Excerpt}"))),
        ];
        (WebSearchResult Result, int Category)[] told =
            [.. found.Where(item => item.Category != SensitiveWords.Severe)];
        round.Note(told.Select(item => item.Category).Aggregate(0, WordAutomaton.Severest));
        WebSearchResult[] pages = [.. told.Select(item => item.Result)];
        return new PluginStep(call, WebSearchPlugin.Write(pages, firstNumber, found.Length - pages.Length), pages);
    }
}

using Cremona.Server.Chat.Sensitivity;
using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>Keeps calls of the plugin away from the caller, and sums up what the rounds that they make have used and
/// said. Other calls come whole, at the end of the last round: only there it is known that it is the last.</summary>
internal sealed class WebSearchRound
{
    private readonly List<FunctionCallPiece> _pieces = [];
    private bool _maySearch;
    private long? _firstInput;
    private long _firstCached;
    private long _output;
    private int _category;

    /// <summary>The whole call with which the round ended, or null when it ended otherwise.</summary>
    public FunctionCallPiece? SearchCall { get; private set; }

    /// <summary>Of the round's prompt and answer together.</summary>
    public int Tokens { get; private set; }

    /// <param name="maySearch">Otherwise a call of the plugin is dropped.</param>
    public void Begin(bool maySearch)
    {
        _maySearch = maySearch;
        _pieces.Clear();
        SearchCall = null;
    }

    /// <summary>Something that is told has words of this category, 2 to 7; 0 for none.</summary>
    public void Note(int category) => _category = WordAutomaton.Severest(_category, category);

    /// <summary>What of an update the caller is told.</summary>
    public ChatResponseUpdate Take(ChatResponseUpdate update)
    {
        _pieces.AddRange(update.Contents.OfType<FunctionCallPiece>());
        ChatResponseUpdate told = update.Clone();
        told.Contents = [.. update.Contents.Where(content => content is not (FunctionCallPiece or UsageContent))];
        if (update.FinishReason is not { } reason)
        {
            return told;
        }

        UsageDetails usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? new UsageDetails();
        Tokens = (int)((usage.InputTokenCount ?? 0) + (usage.OutputTokenCount ?? 0));
        _firstCached = _firstInput is null ? usage.CachedInputTokenCount ?? 0 : _firstCached;
        _firstInput ??= usage.InputTokenCount ?? 0;
        _output += usage.OutputTokenCount ?? 0;
        int category = 0;
        update.AdditionalProperties?.TryGetValue(ScreeningChatClient.SensitiveType, out category);
        Note(category);

        IReadOnlyList<FunctionCallPiece> calls = FunctionCallPiece.Join(_pieces);
        bool isWhole = reason == ChatFinishReason.ToolCalls || reason == ChatFinishReason.Stop;
        SearchCall = _maySearch && isWhole ? calls.FirstOrDefault(IsSearch) : null;
        if (SearchCall is not null)
        {
            told.FinishReason = null;
            return told;
        }

        return End(told, [.. calls.Where(call => !IsSearch(call))]);
    }

    private static bool IsSearch(FunctionCallPiece call) => call.Name == WebSearchPlugin.Name;

    private ChatResponseUpdate End(ChatResponseUpdate last, FunctionCallPiece[] calls)
    {
        long added = Tokens - (_firstInput!.Value + _output);
        var sum = new UsageDetails
        {
            InputTokenCount = _firstInput,
            CachedInputTokenCount = _firstCached,
            OutputTokenCount = _output,
            TotalTokenCount = _firstInput + _output,
            AdditionalCounts = new() { [WebSearchChatClient.AddedInput] = Math.Max(0, added) },
        };
        last.Contents =
        [
            .. last.Contents,
            .. calls.Select((call, index) => new FunctionCallPiece(index, call.CallId, call.Name, call.Arguments)),
            new UsageContent(sum),
        ];
        if (calls.Length == 0 && last.FinishReason == ChatFinishReason.ToolCalls)
        {
            last.FinishReason = ChatFinishReason.Stop; // Its only calls were dropped.
        }

        last.AdditionalProperties = last.AdditionalProperties?.Clone() ?? [];
        last.AdditionalProperties[ScreeningChatClient.SensitiveType] = _category;
        return last;
    }
}

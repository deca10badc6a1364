using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>Keeps calls of the plugin away from the caller and sums up the usage of the rounds that they
/// make.</summary>
internal sealed class WebSearchRound
{
    private readonly List<FunctionCallPiece> _pieces = [];
    private bool _maySearch;
    private bool _isSearch;
    private long? _firstInput;
    private long _output;

    /// <summary>The whole call with which the round ended, or null when it ended otherwise.</summary>
    public FunctionCallPiece? SearchCall { get; private set; }

    /// <param name="maySearch">Otherwise a call of the plugin is a call like any other.</param>
    public void Begin(bool maySearch)
    {
        _maySearch = maySearch;
        _pieces.Clear();
        _isSearch = false;
        SearchCall = null;
    }

    /// <summary>What of an update the caller is told; null when it is nothing.</summary>
    public ChatResponseUpdate? Take(ChatResponseUpdate update)
    {
        foreach (FunctionCallPiece piece in update.Contents.OfType<FunctionCallPiece>())
        {
            _isSearch |= _maySearch && piece.Name == WebSearchPlugin.Name;
            _pieces.Add(piece);
        }

        if (update.FinishReason is null)
        {
            return _isSearch ? null : update;
        }

        UsageDetails? usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details;
        _firstInput ??= usage?.InputTokenCount ?? 0;
        _output += usage?.OutputTokenCount ?? 0;
        if (_isSearch && update.FinishReason == ChatFinishReason.ToolCalls)
        {
            SearchCall = FunctionCallPiece.Join(_pieces).FirstOrDefault(call => call.Name == WebSearchPlugin.Name);
            return SearchCall is null ? Summed(update, usage) : null;
        }

        return Summed(update, usage);
    }

    private ChatResponseUpdate Summed(ChatResponseUpdate last, UsageDetails? usage)
    {
        ChatResponseUpdate summed = last.Clone();
        IEnumerable<AIContent> others = last.Contents.Where(content =>
            content is not UsageContent && !(_isSearch && content is FunctionCallPiece));
        long added = (usage?.InputTokenCount ?? 0) + (usage?.OutputTokenCount ?? 0) - (_firstInput!.Value + _output);
        var sum = new UsageDetails
        {
            InputTokenCount = _firstInput,
            OutputTokenCount = _output,
            TotalTokenCount = _firstInput + _output,
            AdditionalCounts = new() { [WebSearchChatClient.AddedInput] = Math.Max(0, added) },
        };
        summed.Contents = [.. others, new UsageContent(sum)];
        return summed;
    }
}

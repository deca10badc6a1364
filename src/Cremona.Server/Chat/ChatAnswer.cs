using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>A finished answer.</summary>
/// <param name="Text">All of it.</param>
/// <param name="FinishReason"><c>stop</c>, <c>tool_calls</c>, <c>length</c> or <c>max_output</c>.</param>
/// <param name="PromptTokens">Input.</param>
/// <param name="CachedTokens">The part of the input that was known from earlier calls.</param>
/// <param name="OutputTokens">Output.</param>
/// <param name="MeanLogProbability">Natural logarithm; answers are ranked by it.</param>
/// <param name="LogProbabilities">Token by token; empty unless asked for.</param>
/// <param name="Sensitivity">What was found and is told.</param>
internal sealed record ChatAnswer(
    string Text, string FinishReason, long PromptTokens, long CachedTokens, long OutputTokens,
    double MeanLogProbability, IReadOnlyList<TokenLogProbability> LogProbabilities, ChatSensitivity Sensitivity)
{
    /// <summary>The calls behind the text; where the answer was cut the last one's arguments may be
    /// unfinished.</summary>
    public IReadOnlyList<FunctionCallPiece> Calls { get; init; } = [];

    /// <summary>Output tokens of answers that were drawn in its place before, and were the same as another
    /// one.</summary>
    public long DiscardedTokens { get; init; }

    /// <summary>Calls that the server has answered itself on the way.</summary>
    public IReadOnlyList<PluginStep> Steps { get; init; } = [];

    /// <summary>Tokens that those have added to the prompt; null where no plugin was offered.</summary>
    public long? AddedInput { get; init; }
}

using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>A call that the server has answered itself, on the way to an answer.</summary>
/// <param name="call">Whole.</param>
/// <param name="result">What the model was told.</param>
/// <param name="pages">The pages in it, numbered on through all steps of an answer.</param>
internal sealed class PluginStep(FunctionCallPiece call, string result, IReadOnlyList<WebSearchResult> pages)
    : AIContent
{
    public FunctionCallPiece Call => call;

    public string Result => result;

    public IReadOnlyList<WebSearchResult> Pages => pages;
}

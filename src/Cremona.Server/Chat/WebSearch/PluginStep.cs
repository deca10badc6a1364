using Cremona.Server.Models;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Chat.WebSearch;

/// <summary>A call that the server has answered itself, on the way to an answer.</summary>
/// <param name="call">Whole.</param>
/// <param name="result">What the model was told.</param>
internal sealed class PluginStep(FunctionCallPiece call, string result) : AIContent
{
    public FunctionCallPiece Call => call;

    public string Result => result;
}

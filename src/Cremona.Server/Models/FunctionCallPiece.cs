using Microsoft.Extensions.AI;

namespace Cremona.Server.Models;

/// <summary>A call of a function in a message, or a piece of one in an answer. Not a
/// <see cref="FunctionCallContent"/>, because that one exists only when all arguments are there, and does not keep
/// their text.</summary>
/// <param name="index">Of the call in its message, from 0.</param>
/// <param name="callId">By which a result names the call; null in later pieces, and where a caller gives none.</param>
/// <param name="name">Of the function; null in later pieces.</param>
/// <param name="arguments">A JSON object, or the next piece of its text; possibly empty in a first piece.</param>
internal sealed class FunctionCallPiece(int index, string? callId, string? name, string arguments) : AIContent
{
    public int Index => index;

    public string? CallId => callId;

    public string? Name => name;

    public string Arguments => arguments;

    /// <summary>The whole calls that the pieces of an answer make, by index.</summary>
    public static IReadOnlyList<FunctionCallPiece> Join(IEnumerable<FunctionCallPiece> pieces) =>
    [
        .. pieces.GroupBy(piece => piece.Index).OrderBy(call => call.Key).Select(call => new FunctionCallPiece(
            call.Key, call.First().CallId, call.First().Name, string.Concat(call.Select(piece => piece.Arguments)))),
    ];
}

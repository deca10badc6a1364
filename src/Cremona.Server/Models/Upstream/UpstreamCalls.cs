using System.Text;
using System.Text.Json;
using Cremona.Server.Edge;

namespace Cremona.Server.Models.Upstream;

/// <summary>Tells the calls of one answer apart. Most servers number them; some, such as Ollama, give each of an
/// answer's calls the index 0 and an id of its own, and some send an id with every piece of a call, which only means
/// something beside a name. A name without an id begins another call where the arguments so far are whole. A call
/// without an id gets one. For one answer.</summary>
internal sealed class UpstreamCalls
{
    // By the server's index.
    private readonly Dictionary<int, (int Index, string? Id, StringBuilder Arguments)> _latest = [];
    private int _count;

    /// <summary>The same pieces with indices from 0 in the order of their calls.</summary>
    /// <param name="told">As the server sent them.</param>
    /// <exception cref="UpstreamException">A call has no name.</exception>
    public IReadOnlyList<FunctionCallPiece> Number(IReadOnlyList<FunctionCallPiece> told) => [.. told.Select(Number)];

    private FunctionCallPiece Number(FunctionCallPiece piece)
    {
        if (_latest.TryGetValue(piece.Index, out (int Index, string? Id, StringBuilder Arguments) call)
            && (piece.Name is null
                || (piece.CallId is null ? !IsWhole(call.Arguments) : piece.CallId == call.Id)))
        {
            call.Arguments.Append(piece.Arguments);
            return new FunctionCallPiece(call.Index, null, null, piece.Arguments);
        }

        if (piece.Name is null)
        {
            throw new UpstreamException(UpstreamFault.Malformed, "a call of a function has no name");
        }

        _latest[piece.Index] = (_count, piece.CallId, new StringBuilder(piece.Arguments));
        return new FunctionCallPiece(_count++, piece.CallId ?? Ids.NewCallId(), piece.Name, piece.Arguments);
    }

    private static bool IsWhole(StringBuilder json)
    {
        if (json.Length == 0 || json[^1] != '}')
        {
            return false;
        }

        try
        {
            JsonElement.Parse(json.ToString());
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

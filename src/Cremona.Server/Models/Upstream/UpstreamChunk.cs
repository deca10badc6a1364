using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>One event of another server's answer.</summary>
internal sealed record UpstreamChunk
{
    /// <summary>New text, possibly empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>Calls of functions, or pieces of them.</summary>
    public IReadOnlyList<FunctionCallPiece> Calls { get; init; } = [];

    /// <summary>The server is at work: there is text, a call, a token that has no text of its own, or thoughts that are
    /// not told.</summary>
    public bool IsProgress { get; init; }

    /// <summary>In the words of the wire; null before the end.</summary>
    public string? FinishReason { get; init; }

    public UsageDetails? Usage { get; init; }

    /// <summary>Of the tokens of the answer, never of thoughts. A token may come without text: the first part of a
    /// character.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities { get; init; } = [];
}

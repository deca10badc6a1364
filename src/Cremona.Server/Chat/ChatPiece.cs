using Cremona.Server.Models;

namespace Cremona.Server.Chat;

/// <summary>A piece of one of the answers that are drawn side by side.</summary>
/// <param name="Index">Of the answer, from 0.</param>
/// <param name="Delta">New text; empty in the piece that ends an answer.</param>
/// <param name="LogProbabilities">Of the tokens that begin in the new text; empty unless asked for.</param>
/// <param name="Call">A piece of a call instead of text; null otherwise.</param>
/// <param name="Answer">The whole answer in the piece that ends it, null before.</param>
internal readonly record struct ChatPiece(
    int Index, string Delta, IReadOnlyList<TokenLogProbability> LogProbabilities, FunctionCallPiece? Call = null,
    ChatAnswer? Answer = null);

namespace Cremona.Server.Models;

/// <summary>What became certain of an answer with one token.</summary>
/// <param name="Text">Possibly empty.</param>
/// <param name="LogProbabilities">Of the tokens that begin in this text or before it and were not told yet; empty unless
/// asked for.</param>
/// <param name="Calls">Pieces of calls; text never stands behind them.</param>
internal readonly record struct OutputPiece(
    string Text, IReadOnlyList<TokenLogProbability> LogProbabilities, IReadOnlyList<FunctionCallPiece> Calls)
{
    public bool IsEmpty => Text.Length == 0 && Calls.Count == 0;
}

namespace Cremona.Server.Models;

/// <summary>What became certain of an answer with one token.</summary>
/// <param name="Text">Possibly empty.</param>
/// <param name="LogProbabilities">Of the tokens that begin in this text or before it and were not told yet; empty unless
/// asked for.</param>
internal readonly record struct OutputPiece(string Text, IReadOnlyList<TokenLogProbability> LogProbabilities);

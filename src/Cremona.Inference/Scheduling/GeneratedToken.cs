namespace Cremona.Inference.Scheduling;

/// <summary>A token as it leaves the engine.</summary>
/// <param name="Id">Token id, or -1 on the last element when nothing but the end is reported.</param>
/// <param name="LogProbability">Natural logarithm of the token's probability before temperature and nucleus.</param>
/// <param name="Alternatives">The most likely tokens of that position, best first; empty unless asked for.</param>
/// <param name="Finish">Set on the last element of a sequence, null before.</param>
public readonly record struct GeneratedToken(
    int Id, float LogProbability, IReadOnlyList<(int Id, float LogProbability)> Alternatives, FinishReason? Finish)
{
    /// <summary>Prompt tokens of the sequence that earlier sequences had computed; the same in all its
    /// elements.</summary>
    public int CachedTokens { get; init; }
}

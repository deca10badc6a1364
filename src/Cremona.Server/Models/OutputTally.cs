using Cremona.Inference.Scheduling;

namespace Cremona.Server.Models;

/// <summary>Counts what an engine yielded for one request.</summary>
internal sealed class OutputTally
{
    private double _logProbabilitySum;

    public int Tokens { get; private set; }

    /// <summary>Of the prompt.</summary>
    public int CachedTokens { get; private set; }

    public FinishReason? Finish { get; private set; }

    /// <summary>0 when there was no token.</summary>
    public double MeanLogProbability => Tokens == 0 ? 0 : _logProbabilitySum / Tokens;

    public void Add(GeneratedToken token)
    {
        if (token.Id >= 0)
        {
            Tokens++;
            _logProbabilitySum += token.LogProbability;
        }

        CachedTokens = token.CachedTokens;
        Finish = token.Finish ?? Finish;
    }
}

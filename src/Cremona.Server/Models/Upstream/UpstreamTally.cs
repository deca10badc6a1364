using Cremona.Server.Edge.Calls;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Counts what another server sent for one request. It tells its own count at the end; until then, and when it
/// tells none, each chunk counts as a token and the prompt is estimated.</summary>
internal sealed class UpstreamTally(CallMeter? meter, int promptTokensEstimate)
{
    private readonly UsageDetails _usage = new() { InputTokenCount = promptTokensEstimate, OutputTokenCount = 0 };
    private readonly HashSet<int> _calls = [];
    private double _logProbabilitySum;
    private int _logProbabilityCount;
    private bool _hasBegun;

    public ChatFinishReason? Finish { get; private set; }

    public UsageDetails Usage => _usage;

    /// <summary>0 when the server told none.</summary>
    public double MeanLogProbability => _logProbabilityCount == 0 ? 0 : _logProbabilitySum / _logProbabilityCount;

    /// <exception cref="UpstreamException">A call of a function has no name.</exception>
    public void Add(UpstreamChunk chunk)
    {
        if (chunk.Calls.Any(call => _calls.Add(call.Index) && call.Name is null))
        {
            throw new UpstreamException(UpstreamFault.Malformed, "a call of a function has no name");
        }

        if (!_hasBegun)
        {
            _hasBegun = true;
            meter?.CountInput(promptTokensEstimate);
        }

        if (chunk.IsProgress)
        {
            _usage.OutputTokenCount++;
            meter?.CountOutputToken();
        }

        _logProbabilitySum += chunk.LogProbabilities.Sum(token => token.LogProbability);
        _logProbabilityCount += chunk.LogProbabilities.Count;
        Finish = ToReason(chunk.FinishReason) ?? Finish;
        if (chunk.Usage is { } told)
        {
            Correct(told);
        }
    }

    private void Correct(UsageDetails told)
    {
        meter?.CountInput((int)told.InputTokenCount!.Value);
        meter?.CountCached((int)told.CachedInputTokenCount!.Value);
        meter?.CorrectOutput((int)(told.OutputTokenCount!.Value - _usage.OutputTokenCount!.Value));
        (_usage.InputTokenCount, _usage.OutputTokenCount) = (told.InputTokenCount, told.OutputTokenCount);
        _usage.CachedInputTokenCount = told.CachedInputTokenCount;
        _usage.TotalTokenCount = told.InputTokenCount + told.OutputTokenCount;
    }

    private static ChatFinishReason? ToReason(string? told) => told switch
    {
        null => null,
        "length" => ChatFinishReason.Length,
        "tool_calls" => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };
}

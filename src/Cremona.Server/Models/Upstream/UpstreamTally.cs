using Cremona.Server.Edge.Calls;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Counts what another server sent for one request. It tells its own count at the end; until then, and when it
/// tells none, each chunk counts as a token and the prompt is estimated.</summary>
/// <param name="settings">Of the request; their meter is told.</param>
/// <param name="promptTokensEstimate">Of the whole prompt.</param>
/// <param name="tellsCached">How much of the prompt the server knew is told; otherwise 0 is.</param>
internal sealed class UpstreamTally(EngineChatOptions settings, int promptTokensEstimate, bool tellsCached)
{
    private readonly UsageDetails _usage = new() { InputTokenCount = promptTokensEstimate, OutputTokenCount = 0 };
    private readonly PromptMeter _prompt = new(settings);
    private readonly UpstreamCalls _calls = new();
    private readonly CallMeter? _meter = settings.Meter;
    private double _logProbabilitySum;
    private int _logProbabilityCount;
    private bool _hasBegun;
    private bool _hasCalls;
    private string? _toldFinish;

    /// <summary>Null until the server tells an end. Whether there were calls is seen, not told: servers say "stop"
    /// behind a call that the request forced.</summary>
    public ChatFinishReason? Finish => _toldFinish switch
    {
        null => null,
        "length" => ChatFinishReason.Length,
        _ => _hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    public UsageDetails Usage => _usage;

    /// <summary>0 when the server told none.</summary>
    public double MeanLogProbability => _logProbabilityCount == 0 ? 0 : _logProbabilitySum / _logProbabilityCount;

    /// <summary>The chunk with its calls numbered as those of one answer.</summary>
    /// <exception cref="UpstreamException">A call of a function has no name.</exception>
    public UpstreamChunk Add(UpstreamChunk chunk)
    {
        IReadOnlyList<FunctionCallPiece> calls = _calls.Number(chunk.Calls);
        _hasCalls |= calls.Count > 0;
        if (!_hasBegun)
        {
            _hasBegun = true;
            _prompt.Estimate(promptTokensEstimate);
        }

        if (chunk.IsProgress)
        {
            _usage.OutputTokenCount++;
            _meter?.CountOutputToken();
        }

        _logProbabilitySum += chunk.LogProbabilities.Sum(token => token.LogProbability);
        _logProbabilityCount += chunk.LogProbabilities.Count;
        _toldFinish = chunk.FinishReason ?? _toldFinish;
        if (chunk.Usage is { } told)
        {
            Correct(told);
        }

        return chunk with { Calls = calls };
    }

    private void Correct(UsageDetails told)
    {
        long cached = tellsCached ? told.CachedInputTokenCount!.Value : 0;
        _prompt.Count((int)told.InputTokenCount!.Value);
        _meter?.CountCached((int)cached);
        _meter?.CorrectOutput((int)(told.OutputTokenCount!.Value - _usage.OutputTokenCount!.Value));
        (_usage.InputTokenCount, _usage.OutputTokenCount) = (told.InputTokenCount, told.OutputTokenCount);
        _usage.CachedInputTokenCount = cached;
        _usage.TotalTokenCount = told.InputTokenCount + told.OutputTokenCount;
    }
}

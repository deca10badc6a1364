using Cremona.Server.Edge.Calls;
using Microsoft.Extensions.AI;

namespace Cremona.Server.Models.Upstream;

/// <summary>Counts what another server sent for one request. It tells its own counts at the end; until then, and for
/// one that it does not tell, each chunk counts as a token and the prompt is estimated.</summary>
/// <param name="settings">Of the request; their meter is told.</param>
/// <param name="promptTokensEstimate">Of the whole prompt.</param>
/// <param name="tellsCached">How much of the prompt the server knew is told; otherwise 0 is.</param>
internal sealed class UpstreamTally(EngineChatOptions settings, int promptTokensEstimate, bool tellsCached)
{
    private readonly UsageDetails _usage = new() { InputTokenCount = promptTokensEstimate, OutputTokenCount = 0 };
    private readonly PromptMeter _prompt = new(settings);
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

    public void Add(UpstreamChunk chunk)
    {
        _hasCalls |= chunk.Calls.Count > 0;
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
    }

    private void Correct(UsageDetails told)
    {
        // No prompt is empty: 0 comes from servers that do not count it.
        if (told.InputTokenCount is { } input and > 0)
        {
            _prompt.Count((int)input);
            _usage.InputTokenCount = input;
        }

        if (told.OutputTokenCount is { } output)
        {
            _meter?.CorrectOutput((int)(output - _usage.OutputTokenCount!.Value));
            _usage.OutputTokenCount = output;
        }

        long cached = tellsCached ? told.CachedInputTokenCount ?? 0 : 0;
        _meter?.CountCached((int)cached);
        _usage.CachedInputTokenCount = cached;
        _usage.TotalTokenCount = _usage.InputTokenCount + _usage.OutputTokenCount;
    }
}

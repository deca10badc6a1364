using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Calls;

/// <summary>What this process has let in within the last minute. Every use is under <see cref="Gate"/>.</summary>
public sealed class CallCounts(IOptions<CallLimitsOptions> options, TimeProvider clock)
{
    /// <summary>Windows kept; above it those in which nothing happened for a minute are dropped.</summary>
    private const int WindowsMax = 10_000;

    private readonly CallLimitsOptions _options = options.Value;
    private readonly Dictionary<CallKey, CallWindows> _windows = [];

    internal Lock Gate { get; } = new();

    /// <summary>In seconds, of a clock that nobody sets back: the windows move forward only.</summary>
    internal long Now => (long)clock.GetElapsedTime(0).TotalSeconds;

    internal CallWindows Get(CallKey key)
    {
        if (_windows.TryGetValue(key, out CallWindows? known))
        {
            return known;
        }

        if (_windows.Count >= WindowsMax)
        {
            DropIdle();
        }

        return _windows[key] = Create(key);
    }

    /// <summary>Empty windows with the limits of these calls.</summary>
    internal CallWindows Create(CallKey key)
    {
        CallLimitRule? rule = _options.Rules.FirstOrDefault(
            rule => rule.Matches(key.GroupId, key.Operation, key.Model));
        return new CallWindows(
            new MinuteWindow(rule?.RequestsPerMinute ?? _options.RequestsPerMinute),
            new MinuteWindow(rule?.TokensPerMinute ?? _options.TokensPerMinute));
    }

    /// <summary>The interfaces and models that a group has called within the last minutes.</summary>
    internal IReadOnlyDictionary<CallKey, CallWindows> Find(string groupId) =>
        _windows.Where(pair => pair.Key.GroupId == groupId).ToDictionary();

    /// <summary>All that the last minute holds.</summary>
    internal List<CallCount> Take()
    {
        long now = Now;
        return
        [
            .. from pair in _windows
               from age in Enumerable.Range(0, MinuteWindow.Seconds)
               let requests = pair.Value.Requests.UsedAgo(now, age)
               let tokens = pair.Value.Tokens.UsedAgo(now, age)
               where requests != 0 || tokens != 0
               select new CallCount(pair.Key, age, requests, tokens),
        ];
    }

    private void DropIdle()
    {
        long now = Now;
        foreach (var key in _windows.Where(pair => pair.Value.IsIdle(now)).Select(pair => pair.Key).ToArray())
        {
            _windows.Remove(key);
        }
    }
}

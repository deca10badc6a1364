using Cremona.Protocol.Errors;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Calls;

/// <summary>Counts the calls of each group: per minute by interface and model, and those at work; and looks
/// at its balance.</summary>
public sealed class CallLimiter(IOptions<CallLimitsOptions> options, BalanceBook balances, TimeProvider clock)
{
    /// <summary>Windows kept; above it those in which nothing happened for a minute are dropped.</summary>
    private const int WindowsMax = 10_000;

    private readonly CallLimitsOptions _options = options.Value;
    private readonly Dictionary<(string Group, string Interface, string Model), CallWindows> _windows = [];
    private readonly Dictionary<string, int> _atWork = [];
    private readonly Lock _gate = new();

    // Of a clock that nobody sets back: the windows move forward only.
    private long Now => (long)clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Lets a call in. Dispose the pass when the call has ended, whatever became of it.</summary>
    /// <param name="groupId">Whose call it is.</param>
    /// <param name="meter">Named; what it has counted when the pass is disposed is what the call has used.</param>
    /// <param name="outputTokensMax">What all its answers may have together; reserved until then.</param>
    /// <param name="cancellationToken">Stops the look at the balance.</param>
    /// <exception cref="ApiException">1008, 1041, 1002 or 1039; the latter two say when to come again.</exception>
    internal async Task<CallPass> EnterAsync(
        string groupId, CallMeter meter, long outputTokensMax, CancellationToken cancellationToken)
    {
        if (!await balances.HasTokensAsync(groupId, cancellationToken))
        {
            throw Refusal(ApiError.InsufficientBalance, null);
        }

        lock (_gate)
        {
            int atWork = _atWork.GetValueOrDefault(groupId);
            if (atWork >= _options.ConcurrentCallsMax)
            {
                throw Refusal(ApiError.TooManyConnections, null);
            }

            CallWindows windows = GetWindows((groupId, meter.Interface ?? "", meter.Model));
            long now = Now;
            Reserve(windows, now, outputTokensMax);
            _atWork[groupId] = atWork + 1;
            return new CallPass(this, windows, groupId, meter, now, outputTokensMax);
        }
    }

    /// <summary>The interfaces and models that a group has called within the last minutes.</summary>
    internal CallLimitsState Find(string groupId)
    {
        lock (_gate)
        {
            long now = Now;
            return new CallLimitsState(
                _atWork.GetValueOrDefault(groupId),
                [
                    .. from pair in _windows
                       where pair.Key.Group == groupId
                       orderby pair.Key.Interface, pair.Key.Model
                       select new CallWindowState(
                           pair.Key.Interface, pair.Key.Model,
                           pair.Value.Requests.Limit, pair.Value.Requests.Used(now),
                           pair.Value.Tokens.Limit, pair.Value.Tokens.Used(now)),
                ]);
        }
    }

    internal void Leave(CallPass pass)
    {
        long used = pass.Meter.InputTokens + pass.Meter.OutputTokens;
        balances.Spend(pass.GroupId, used);
        lock (_gate)
        {
            pass.Windows.Tokens.Correct(Now, pass.Second, used - pass.OutputTokensMax);
            int left = _atWork[pass.GroupId] - 1;
            if (left > 0)
            {
                _atWork[pass.GroupId] = left;
            }
            else
            {
                _atWork.Remove(pass.GroupId);
            }
        }
    }

    private static void Reserve(CallWindows windows, long now, long tokens)
    {
        if (tokens > windows.Tokens.Limit)
        {
            throw new ApiException(
                ApiError.TokenRateLimited,
                $"{DefaultText(ApiError.TokenRateLimited)}, {tokens} output tokens are more than the limit of "
                + $"{windows.Tokens.Limit} tokens per minute; ask for fewer");
        }

        if (!windows.Requests.TryAdd(now, 1))
        {
            throw Refusal(ApiError.RequestRateLimited, windows.Requests.SecondsUntil(now, 1));
        }

        if (!windows.Tokens.TryAdd(now, tokens))
        {
            windows.Requests.Correct(now, now, -1);
            throw Refusal(ApiError.TokenRateLimited, windows.Tokens.SecondsUntil(now, tokens));
        }
    }

    private CallWindows GetWindows((string Group, string Interface, string Model) key)
    {
        if (_windows.TryGetValue(key, out CallWindows? known))
        {
            return known;
        }

        if (_windows.Count >= WindowsMax)
        {
            DropIdle();
        }

        CallLimitRule? rule = _options.Rules.FirstOrDefault(rule => rule.Matches(key.Group, key.Interface, key.Model));
        return _windows[key] = new CallWindows(
            new MinuteWindow(rule?.RequestsPerMinute ?? _options.RequestsPerMinute),
            new MinuteWindow(rule?.TokensPerMinute ?? _options.TokensPerMinute));
    }

    private void DropIdle()
    {
        long now = Now;
        foreach (var key in _windows.Where(pair => pair.Value.IsIdle(now)).Select(pair => pair.Key).ToArray())
        {
            _windows.Remove(key);
        }
    }

    private static ApiException Refusal(ApiError error, int? seconds) => new(error, DefaultText(error))
    {
        RetryAfter = seconds is { } wait ? TimeSpan.FromSeconds(wait) : null,
    };

    private static string DefaultText(ApiError error) => ApiErrorCatalogue.Find(error).DefaultText;
}

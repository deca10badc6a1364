using Cremona.Protocol.Errors;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Calls;

/// <summary>Lets calls in: by the balance of their group, by its calls at work in this process, and by what was let in
/// within the last minute, in all processes where several answer calls.</summary>
public sealed class CallLimiter(
    IOptions<CallLimitsOptions> options, BalanceBook balances, CallCounts counts, CallSharing sharing)
{
    private readonly CallLimitsOptions _options = options.Value;
    private readonly Dictionary<string, int> _atWork = [];

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

        var key = new CallKey(groupId, meter.Interface ?? "", meter.Model);
        while (true)
        {
            CallPass pass;
            Task<CallDecision?> decision;
            await sharing.WaitUntilReadyAsync(cancellationToken);
            lock (counts.Gate)
            {
                if (!sharing.IsReady) continue;
                pass = Enter(key, meter, outputTokensMax);
                decision = sharing.AskAsync(pass);
            }

            // Own counts have room. Nobody cancels the question: what the store reserves has to be known.
            if (await decision is { } decided) Obey(pass, decided);
            return pass;
        }
    }

    /// <summary>The interfaces and models that a group has called within the last minutes.</summary>
    internal async Task<CallLimitsState> FindAsync(string groupId, CancellationToken cancellationToken)
    {
        IReadOnlyList<CallCount>? ofAll = await sharing.FindAsync(groupId, cancellationToken);
        lock (counts.Gate)
        {
            long now = counts.Now;
            var windows = counts.Find(groupId).ToDictionary(
                pair => pair.Key, pair => ofAll is null ? pair.Value : counts.Create(pair.Key));
            foreach (CallCount count in ofAll ?? [])
            {
                if (!windows.ContainsKey(count.Key)) windows[count.Key] = counts.Create(count.Key);
                windows[count.Key].Add(count, now);
            }

            return new CallLimitsState(
                _atWork.GetValueOrDefault(groupId),
                [
                    .. from pair in windows
                       orderby pair.Key.Operation, pair.Key.Model
                       select new CallWindowState(
                           pair.Key.Operation, pair.Key.Model,
                           pair.Value.Requests.Limit, pair.Value.Requests.Used(now),
                           pair.Value.Tokens.Limit, pair.Value.Tokens.Used(now)),
                ]);
        }
    }

    internal void Leave(CallPass pass)
    {
        long used = pass.Meter.InputTokens + pass.Meter.OutputTokens;
        lock (counts.Gate)
        {
            long missing = used - pass.OutputTokensMax;
            pass.Windows.Tokens.Correct(counts.Now, pass.Second, missing);
            if (missing < 0) pass.Windows.TokensRefused = null;
            sharing.Settle(pass, missing);
            NoteEnd(pass);
        }
    }

    private CallPass Enter(CallKey key, CallMeter meter, long outputTokensMax)
    {
        int atWork = _atWork.GetValueOrDefault(key.GroupId);
        if (atWork >= _options.ConcurrentCallsMax)
        {
            throw Refusal(ApiError.TooManyConnections, null);
        }

        CallWindows windows = counts.Get(key);
        long now = counts.Now;
        Reserve(windows, now, outputTokensMax);
        _atWork[key.GroupId] = atWork + 1;
        return new CallPass(this, key, windows, meter, now, outputTokensMax);
    }

    /// <exception cref="ApiException">1002 or 1039: the processes together leave no room.</exception>
    private void Obey(CallPass pass, CallDecision decision)
    {
        if (decision.Second is not null)
        {
            pass.StoreSecond = decision.Second;
            return;
        }

        lock (counts.Gate)
        {
            long now = counts.Now;
            pass.Windows.Requests.Correct(now, pass.Second, -1);
            pass.Windows.Tokens.Correct(now, pass.Second, -pass.OutputTokensMax);
            NoteEnd(pass);
            CallWindows ofAll = counts.Create(pass.Key);
            foreach (CallCount count in decision.LastMinute)
            {
                ofAll.Add(count, now);
            }

            if (ofAll.Requests.Used(now) >= ofAll.Requests.Limit)
            {
                int wait = ofAll.Requests.SecondsUntil(now, 1);
                pass.Windows.FullUntil = now + wait;
                throw Refusal(ApiError.RequestRateLimited, wait);
            }

            if (ofAll.Tokens.Used(now) + pass.OutputTokensMax <= ofAll.Tokens.Limit)
            {
                throw Refusal(ApiError.RequestRateLimited, 1); // There is room since; the next second has begun.
            }

            int tokensWait = ofAll.Tokens.SecondsUntil(now, pass.OutputTokensMax);
            pass.Windows.TokensRefused = (pass.OutputTokensMax, now + 1, now + tokensWait);
            throw Refusal(ApiError.TokenRateLimited, tokensWait);
        }
    }

    private void NoteEnd(CallPass pass)
    {
        int left = _atWork[pass.Key.GroupId] - 1;
        if (left > 0)
        {
            _atWork[pass.Key.GroupId] = left;
        }
        else
        {
            _atWork.Remove(pass.Key.GroupId);
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

        if (now < windows.FullUntil)
        {
            throw Refusal(ApiError.RequestRateLimited, (int)(windows.FullUntil - now));
        }

        if (windows.TokensRefused is { } refused && now < refused.AskAgainAt && tokens >= refused.Tokens)
        {
            throw Refusal(ApiError.TokenRateLimited, (int)(refused.FitAt - now));
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

    private static ApiException Refusal(ApiError error, int? seconds) => new(error, DefaultText(error))
    {
        RetryAfter = seconds is { } wait ? TimeSpan.FromSeconds(wait) : null,
    };

    private static string DefaultText(ApiError error) => ApiErrorCatalogue.Find(error).DefaultText;
}

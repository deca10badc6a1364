using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>Makes the limits hold for all processes that answer calls on one store. Alone, a process counts for itself
/// and asks nobody. As soon as another one shows, each puts what it has let in into the store and asks the store about
/// every call. While the store does not answer, each counts for itself again.</summary>
/// <remarks>The order of things keeps the limits strict. (1) A process enters its heartbeat before it lets a call in,
/// and lets none in while another may not have noticed it: until each that is there has handed over its counts, or for
/// <see cref="JoiningMax"/>. (2) Nobody counts for itself for longer than <see cref="AloneMax"/> after a look at the
/// store that found nobody; what it let in until then is handed over within <see cref="JoiningMax"/>. (3) Nobody trusts
/// a heartbeat of its own that others may take for lapsed, nor what stands in the store after it did not answer: it
/// enters anew, by (1). (4) Who has met others shares for a minute after the last of them has gone, whose calls count
/// until then. Fields are under the gate of <see cref="CallCounts"/>, or of looks alone.</remarks>
public sealed class CallSharing(
    CallCounts counts, ICallCountStore store, TimeProvider clock, ILogger<CallSharing> log)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BeatTrustedMax = TimeSpan.FromSeconds(8); // Lapses after 15 s.
    private static readonly TimeSpan AloneMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan JoiningPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OthersCountMax = TimeSpan.FromSeconds(MinuteWindow.Seconds + 1);
    private static readonly TimeSpan StoreWaitMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HandOverMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan JoiningMax = AloneMax + StoreWaitMax + HandOverMax;

    private readonly string _id = Ids.New("process_");
    private readonly SemaphoreSlim _looking = new(1);
    private readonly CallQueue _queue = new(counts.Gate, store);
    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;

    private bool _hasJoined; // The heartbeat is there, and everybody knows.
    private bool _isSharing;
    private bool _isCutOff; // The store does not answer.
    private bool _mustEnter = true; // Whatever the store has of this process is not to be trusted.
    private long _offset; // Of the store's seconds to ours, at the last handing over.
    private long _beatAt;
    private long _foundNobodyAt;
    private long _enteredAt; // From here on of looks alone.
    private long? _foundOthersAt;
    private long _lookedAt;

    /// <summary>Whether a call may be let in now; under the gate.</summary>
    internal bool IsReady => _isCutOff
        || (_hasJoined && clock.GetElapsedTime(_beatAt) < BeatTrustedMax
            && (_isSharing || clock.GetElapsedTime(_foundNobodyAt) < AloneMax));

    internal async ValueTask WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (!IsReadyNow())
        {
            await LookAsync(cancellationToken);
            if (IsReadyNow()) return;
            await Task.Delay(JoiningPause, clock, cancellationToken);
        }
    }

    /// <summary>Asks the store about a call that own counts have let in; under the gate, so that a handing over has
    /// either the call or its question.</summary>
    /// <returns>Null: own counts decide. Never fails.</returns>
    internal Task<CallDecision?> AskAsync(CallPass pass)
    {
        if (!_isSharing) return Task.FromResult<CallDecision?>(null);
        Task<CallDecision?> decision = _queue.Ask(new CallReservation(
            pass.Key, pass.OutputTokensMax, pass.Windows.Requests.Limit, pass.Windows.Tokens.Limit));
        StartQueue();
        return decision;
    }

    /// <summary>Tells the store what a call used; under the gate.</summary>
    internal void Settle(CallPass pass, long missingTokens)
    {
        if (!_isSharing || missingTokens == 0) return;
        _queue.Settle(() => new CallSettlement(pass.Key, pass.StoreSecond ?? (pass.Second + _offset), missingTokens));
        StartQueue();
    }

    /// <summary>What all processes have let in of a group; null where own counts are all there is.</summary>
    internal async Task<IReadOnlyList<CallCount>?> FindAsync(string groupId, CancellationToken cancellationToken)
    {
        await WaitUntilReadyAsync(cancellationToken);
        Task queued;
        lock (counts.Gate)
        {
            if (!_isSharing) return null;
            queued = _queue.Work;
        }

        try
        {
            await Task.WhenAny(queued, Task.Delay(LookEvery, clock, cancellationToken)); // Under load it never ends.
            return await store.ListAsync(groupId, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            CutOff(fault);
            return null;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken); // The others notice before this process serves.
        _work = RunAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The last call has ended.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.WaitAsync(cancellationToken);
        try
        {
            await _queue.Work.WaitAsync(cancellationToken);
            await store.LeaveAsync(_id, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LimitsCutOff(fault); // The heartbeat lapses.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _looking.Dispose();
        _queue.Dispose();
    }

    private bool IsReadyNow()
    {
        lock (counts.Gate) return IsReady;
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await LookAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>One look at the store at a time; who waited for another's look that began after it came does not look
    /// again.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        long cameAt = clock.GetTimestamp();
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_lookedAt > cameAt) return;
            _lookedAt = clock.GetTimestamp();
            using CancellationTokenSource limit = new(StoreWaitMax);
            await LookAsync(_lookedAt, limit);
        }
        catch (Exception fault)
        {
            if (OthersCount(_lookedAt)) _foundOthersAt = clock.GetTimestamp(); // For all that is known.
            CutOff(fault);
        }
        finally
        {
            _looking.Release();
        }
    }

    private async Task LookAsync(long now, CancellationTokenSource limit)
    {
        bool isEntering;
        bool shares;
        lock (counts.Gate)
        {
            isEntering = _mustEnter || clock.GetElapsedTime(_beatAt, now) >= BeatTrustedMax;
            _mustEnter = false;
            _hasJoined &= !isEntering;
            shares = _isSharing;
        }

        IReadOnlyList<ServingProcess> others;
        if (isEntering || clock.GetElapsedTime(_beatAt, now) >= BeatEvery)
        {
            others = await store.BeatAsync(_id, shares, limit.Token);
            lock (counts.Gate) _beatAt = now;
        }
        else
        {
            others = await store.ListOthersAsync(_id, limit.Token);
        }

        if (isEntering) _enteredAt = clock.GetTimestamp();
        await (others.Count > 0 ? MeetAsync(others, limit) : BeAloneAsync(now, limit));
    }

    private bool OthersCount(long now) =>
        _foundOthersAt is { } foundAt && clock.GetElapsedTime(foundAt, now) < OthersCountMax;

    private async Task MeetAsync(IReadOnlyList<ServingProcess> others, CancellationTokenSource limit)
    {
        _foundOthersAt = clock.GetTimestamp();
        if (!_isSharing) await HandOverAsync(others.Count, limit);
        bool everybodyKnows = others.All(other => other.Shares)
            || clock.GetElapsedTime(_enteredAt) >= JoiningMax;
        lock (counts.Gate) _hasJoined |= everybodyKnows;
    }

    private async Task BeAloneAsync(long now, CancellationTokenSource limit)
    {
        if (OthersCount(now))
        {
            if (!_isSharing) await HandOverAsync(0, limit);
            lock (counts.Gate) _hasJoined = true;
            return;
        }

        if (_isSharing)
        {
            // Whoever comes after this waits for us; whoever came before is found.
            await store.TakeBackAsync(_id, limit.Token);
            now = clock.GetTimestamp();
            IReadOnlyList<ServingProcess> others = await store.ListOthersAsync(_id, limit.Token);
            if (others.Count > 0)
            {
                _foundOthersAt = now;
                await HandOverAsync(others.Count, limit);
                return;
            }

            log.LimitsAlone();
        }

        lock (counts.Gate)
        {
            _isSharing = false;
            _isCutOff = false;
            _hasJoined = true;
            _foundNobodyAt = now;
        }
    }

    private async Task HandOverAsync(int others, CancellationTokenSource limit)
    {
        limit.CancelAfter(HandOverMax);
        using (await _queue.HoldAsync(limit.Token))
        {
            long second = 0;
            long storeSecond = await store.HandOverAsync(_id, Take, limit.Token);
            lock (counts.Gate)
            {
                _offset = storeSecond - second;
                if (_isSharing) _isCutOff = false;
            }

            IReadOnlyCollection<CallCount> Take()
            {
                lock (counts.Gate)
                {
                    _isSharing = true;
                    second = counts.Now;
                    return counts.Take();
                }
            }
        }

        if (others > 0) log.LimitsShared(others);
    }

    private void StartQueue() => _queue.Start(_id, CutOff);

    /// <summary>What is asked of the store is decided by own counts, which have let it in already.</summary>
    private void CutOff(Exception fault)
    {
        lock (counts.Gate)
        {
            _isSharing = false;
            _mustEnter = true;
            _queue.LetIn();
            if (_isCutOff) return;
            _isCutOff = true;
        }

        log.LimitsCutOff(fault);
    }
}

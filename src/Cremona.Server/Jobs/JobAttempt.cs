namespace Cremona.Server.Jobs;

/// <summary>One attempt at run time: keeps the lease alive, carries progress into the row and stops the work when it
/// must.</summary>
public sealed class JobAttempt : IAsyncDisposable
{
    private readonly JobLease _lease;
    private readonly IJobQueue _queue;
    private readonly JobsOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _work = new();
    private readonly CancellationTokenSource _heart = new();
    private readonly Task _beating;
    private JobProgress? _progress;
    private int _stop;

    public JobAttempt(JobLease lease, IJobQueue queue, JobsOptions options, TimeProvider clock, ILogger log)
    {
        _lease = lease;
        _queue = queue;
        _options = options;
        _clock = clock;
        _log = log;
        _beating = BeatAsync();
    }

    /// <summary>Ends the work at its next step.</summary>
    public CancellationToken Work => _work.Token;

    /// <summary>The first reason to stop.</summary>
    public JobStop StopReason => (JobStop)Volatile.Read(ref _stop);

    /// <summary>Takes progress; the next heartbeat writes it.</summary>
    public void Report(JobProgress progress) => Volatile.Write(ref _progress, progress);

    public void Stop(JobStop reason)
    {
        if (Interlocked.CompareExchange(ref _stop, (int)reason, (int)JobStop.None) == (int)JobStop.None)
        {
            _work.Cancel();
        }
    }

    /// <summary>Stops the heart with a last beat, so that the last progress is told and the lease is fresh for what the
    /// attempt still writes.</summary>
    public async Task StopBeatingAsync()
    {
        await _heart.CancelAsync();
        await _beating;
        if (StopReason != JobStop.LeaseLost)
        {
            await TryBeatAsync(TimeSpan.Zero, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _heart.CancelAsync();
        await _beating;
        _heart.Dispose();
        _work.Dispose();
    }

    private async Task BeatAsync()
    {
        using PeriodicTimer timer = new(_options.HeartbeatInterval, _clock);
        TimeSpan left = _options.TimeLimit - TimeSpan.FromMilliseconds(_lease.Job.WorkedMs);
        long last = _clock.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(_heart.Token))
            {
                TimeSpan worked = _clock.GetElapsedTime(last);
                if (!await TryBeatAsync(worked, _heart.Token))
                {
                    Stop(JobStop.LeaseLost);
                    return;
                }

                last += (long)(worked.TotalSeconds * _clock.TimestampFrequency);
                left -= worked;
                if (left <= TimeSpan.Zero)
                {
                    Stop(JobStop.TimeLimit);
                }
            }
        }
        catch (OperationCanceledException) when (_heart.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    /// <returns>False when the lease is lost. A store that cannot be reached is no answer: the lease lapses by
    /// itself.</returns>
    private async Task<bool> TryBeatAsync(TimeSpan worked, CancellationToken cancellationToken)
    {
        JobProgress? progress = Interlocked.Exchange(ref _progress, null);
        try
        {
            return await _queue.HeartbeatAsync(_lease, worked, progress, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            KeepForNextBeat(progress);
            throw;
        }
        catch (Exception fault)
        {
            KeepForNextBeat(progress);
            JobsLog.HeartbeatFailed(_log, fault, _lease.JobId);
            return true;
        }
    }

    /// <summary>A beat that did not reach the store must not swallow the last progress; newer progress wins.</summary>
    private void KeepForNextBeat(JobProgress? progress) => Interlocked.CompareExchange(ref _progress, progress, null);
}

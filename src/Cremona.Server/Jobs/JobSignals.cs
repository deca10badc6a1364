using System.Collections.Concurrent;

namespace Cremona.Server.Jobs;

/// <summary>Shortens the way inside one process: new work wakes idle loops, and a cancelled job's worker hears of it at
/// once. Nothing depends on it: other processes, and a signal that is missed, are served by polling.</summary>
public sealed class JobSignals
{
    private readonly ConcurrentDictionary<string, Action> _running = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next <see cref="Wake"/>. Take it before looking for work, so that none is
    /// missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>There may be something to do.</summary>
    public void Wake() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .TrySetResult();

    /// <summary>Calls <paramref name="stop"/> when the job is cancelled in this process; until disposed.</summary>
    public IDisposable Watch(string jobId, Action stop)
    {
        _running[jobId] = stop;
        return new Watcher(this, jobId, stop);
    }

    /// <summary>The job was cancelled or removed.</summary>
    public void Cancelled(string jobId)
    {
        if (_running.TryGetValue(jobId, out Action? stop))
        {
            stop();
        }

        Wake();
    }

    private sealed class Watcher(JobSignals signals, string jobId, Action stop) : IDisposable
    {
        public void Dispose() => signals._running.TryRemove(KeyValuePair.Create(jobId, stop));
    }
}

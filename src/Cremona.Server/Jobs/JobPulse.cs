namespace Cremona.Server.Jobs;

/// <summary>When a loop looks for work: at every signal, and once in a poll interval for what other processes
/// did.</summary>
public sealed class JobPulse : IDisposable
{
    private readonly JobSignals _signals;
    private readonly PeriodicTimer _timer;
    private Task _signal;
    private Task<bool>? _tick;

    public JobPulse(JobSignals signals, TimeSpan pollInterval, TimeProvider clock)
    {
        _signals = signals;
        _timer = new PeriodicTimer(pollInterval, clock);
        _signal = signals.Next;
    }

    /// <summary>Waits for a signal since the last return, or the next tick. False when the host stops.</summary>
    public async Task<bool> WaitAsync(CancellationToken stopping)
    {
        _tick ??= _timer.WaitForNextTickAsync(stopping).AsTask();
        await Task.WhenAny(_tick, _signal);
        if (_tick.IsCompleted)
        {
            _tick = null;
        }

        _signal = _signals.Next;
        return !stopping.IsCancellationRequested;
    }

    public void Dispose() => _timer.Dispose();
}

namespace Cremona.Server.Edge.Pipeline;

/// <summary>The three reasons to stop a request: its client is gone, its time is up, the server is stopping.</summary>
internal sealed class RequestTimer : IDisposable
{
    private readonly CancellationTokenSource _timeUp;
    private readonly CancellationTokenSource _any;
    private readonly CancellationToken _stopping;

    public RequestTimer(TimeSpan limit, TimeProvider clock, CancellationToken clientGone, CancellationToken stopping)
    {
        _timeUp = new CancellationTokenSource(limit, clock);
        _stopping = stopping;
        _any = CancellationTokenSource.CreateLinkedTokenSource(_timeUp.Token, clientGone, stopping);
    }

    public CancellationToken Token => _any.Token;

    public bool IsTimeUp => _timeUp.IsCancellationRequested;

    public bool IsStopping => _stopping.IsCancellationRequested;

    public void Dispose()
    {
        _any.Dispose();
        _timeUp.Dispose();
    }
}

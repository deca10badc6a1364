namespace Cremona.Server.Edge.Calls;

/// <summary>A call that was let in. Disposing it gives back the tokens that it did not use.</summary>
internal sealed class CallPass(
    CallLimiter limiter, CallWindows windows, string groupId, CallMeter meter, long second, long outputTokensMax)
    : IDisposable
{
    private bool _hasLeft;

    public CallWindows Windows => windows;

    public string GroupId => groupId;

    public CallMeter Meter => meter;

    /// <summary>When the tokens were reserved.</summary>
    public long Second => second;

    public long OutputTokensMax => outputTokensMax;

    public void Dispose()
    {
        if (!_hasLeft)
        {
            _hasLeft = true;
            limiter.Leave(this);
        }
    }
}

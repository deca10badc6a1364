using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>A call that was let in. Disposing it gives back the tokens that it did not use.</summary>
/// <param name="second">When the tokens were reserved, of this process's clock.</param>
internal sealed class CallPass(
    CallLimiter limiter, CallKey key, CallWindows windows, CallMeter meter, long second, long outputTokensMax)
    : IDisposable
{
    private bool _hasLeft;

    public CallKey Key => key;

    public CallWindows Windows => windows;

    public CallMeter Meter => meter;

    public long Second => second;

    /// <summary>When the store reserved the tokens, of its clock; null while it has not.</summary>
    public long? StoreSecond { get; set; }

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

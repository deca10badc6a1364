namespace Cremona.Server.Edge.Calls;

/// <summary>The last minute of one group, interface and model.</summary>
internal sealed record CallWindows(MinuteWindow Requests, MinuteWindow Tokens)
{
    public bool IsIdle(long now) => Requests.Used(now) == 0 && Tokens.Used(now) <= 0;
}

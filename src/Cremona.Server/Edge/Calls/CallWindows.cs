using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>The last minute of one group, interface and model.</summary>
internal sealed record CallWindows(MinuteWindow Requests, MinuteWindow Tokens)
{
    /// <summary>Before this second no request fits in: those of all processes fill the minute.</summary>
    public long FullUntil { get; set; } = long.MinValue;

    public void Add(CallCount count, long now)
    {
        Requests.Correct(now, now - count.Age, count.Requests);
        Tokens.Correct(now, now - count.Age, count.Tokens);
    }

    public bool IsIdle(long now) => Requests.Used(now) == 0 && Tokens.Used(now) <= 0;
}

using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>The last minute of one group, interface and model.</summary>
internal sealed record CallWindows(MinuteWindow Requests, MinuteWindow Tokens)
{
    /// <summary>Before this second no request fits in: those of all processes fill the minute.</summary>
    public long FullUntil { get; set; } = long.MinValue;

    /// <summary>As the store has just said, so many tokens do not fit in; nor do more. It is asked again when calls of
    /// this process have given back tokens, at the latest in the second <c>AskAgainAt</c>.</summary>
    public (long Tokens, long AskAgainAt, long FitAt)? TokensRefused { get; set; }

    public void Add(CallCount count, long now)
    {
        Requests.Correct(now, now - count.Age, count.Requests);
        Tokens.Correct(now, now - count.Age, count.Tokens);
    }

    public bool IsIdle(long now) => Requests.Used(now) == 0 && Tokens.Used(now) <= 0;
}

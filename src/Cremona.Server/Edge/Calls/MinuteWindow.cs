namespace Cremona.Server.Edge.Calls;

/// <summary>A sum over the last minute, in slots of a second. Written here and not taken from
/// System.Threading.RateLimiting, whose limiters cannot take back what was reserved and not used. Not
/// thread-safe.</summary>
/// <param name="limit">Of the sum, at least 1.</param>
internal sealed class MinuteWindow(long limit)
{
    public const int Seconds = 60;

    private readonly long[] _slots = new long[Seconds];
    private long _now = long.MinValue;
    private long _sum;

    public long Limit => limit;

    /// <summary>What the last minute holds; above the limit when more was used than was reserved.</summary>
    /// <param name="now">Any count of seconds that does not run backwards.</param>
    public long Used(long now)
    {
        MoveTo(now);
        return _sum;
    }

    /// <summary>What a second of the last minute holds.</summary>
    /// <param name="age">How many seconds ago, 0 to 59.</param>
    public long UsedAgo(long now, int age)
    {
        MoveTo(now);
        return _slots[Slot(_now - age)];
    }

    /// <summary>Adds when the sum stays within the limit.</summary>
    public bool TryAdd(long now, long amount)
    {
        MoveTo(now);
        if (_sum + amount > limit)
        {
            return false;
        }

        Add(now, amount);
        return true;
    }

    /// <summary>Corrects what was added in a second; nothing when the second has left the window.</summary>
    /// <param name="second">As given to <see cref="TryAdd"/>.</param>
    /// <param name="amount">May be negative.</param>
    public void Correct(long now, long second, long amount)
    {
        MoveTo(now);
        if (second > _now - Seconds)
        {
            Add(second, amount);
        }
    }

    /// <summary>Seconds until the amount may fit, 1 to 60, if nothing else comes.</summary>
    public int SecondsUntil(long now, long amount)
    {
        MoveTo(now);
        long left = _sum;
        for (int age = Seconds - 1; age >= 0; age--)
        {
            left -= _slots[Slot(_now - age)];
            if (left + amount <= limit)
            {
                return Seconds - age;
            }
        }

        return Seconds;
    }

    private void MoveTo(long now)
    {
        if (_now == long.MinValue)
        {
            _now = now;
        }

        for (long steps = Math.Min(now - _now, Seconds); steps > 0; steps--)
        {
            long second = now - steps + 1;
            _sum -= _slots[Slot(second)];
            _slots[Slot(second)] = 0;
        }

        _now = Math.Max(_now, now);
    }

    private void Add(long second, long amount)
    {
        _slots[Slot(second)] += amount;
        _sum += amount;
    }

    private static int Slot(long second) => (int)(((second % Seconds) + Seconds) % Seconds);
}

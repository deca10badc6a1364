namespace Cremona.Server.Models.Upstream;

/// <summary>Leaves a server alone after several failures in a row; when the break is over, one call tries whether it is
/// well again. Thread-safe.</summary>
internal sealed class ReplicaBreaker(int failuresMax, TimeSpan breakTime, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private int _failures;
    private long _failedAt;
    private bool _isTrying;

    /// <summary>How long it will still be left alone; null when it may be called.</summary>
    public TimeSpan? Rest
    {
        get
        {
            lock (_gate)
            {
                return FindRest();
            }
        }
    }

    /// <summary>Whether <see cref="TryEnter"/> would give leave now.</summary>
    public bool MayEnter
    {
        get
        {
            lock (_gate)
            {
                return FindLeave();
            }
        }
    }

    /// <summary>Takes leave to call the server, which must be given back by one of the other methods. False: it is left
    /// alone.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (!FindLeave())
            {
                return false;
            }

            _isTrying = _failures >= failuresMax;
            return true;
        }
    }

    /// <summary>The server has begun to answer: others may call it too, and one more failure closes it again.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _failures = Math.Min(_failures, failuresMax - 1);
            _isTrying = false;
        }
    }

    /// <summary>The call ended well.</summary>
    public void Succeed()
    {
        lock (_gate)
        {
            _failures = 0;
            _isTrying = false;
        }
    }

    /// <summary>The call failed, and the server is to blame.</summary>
    public void Fail()
    {
        lock (_gate)
        {
            _failures = Math.Min(_failures + 1, failuresMax);
            _failedAt = clock.GetTimestamp();
            _isTrying = false;
        }
    }

    /// <summary>The call ended without telling anything about the server.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isTrying = false;
        }
    }

    private bool FindLeave() => _failures < failuresMax || (!_isTrying && FindRest() is null);

    private TimeSpan? FindRest()
    {
        TimeSpan rest = breakTime - clock.GetElapsedTime(_failedAt);
        return _failures >= failuresMax && rest > TimeSpan.Zero ? rest : null;
    }
}

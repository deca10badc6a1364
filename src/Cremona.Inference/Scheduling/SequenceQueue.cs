namespace Cremona.Inference.Scheduling;

/// <summary>Requests that wait for a place in the batch, and the bell that wakes the engine. Thread-safe.</summary>
/// <param name="populationMax">Requests that may wait and run together.</param>
internal sealed class SequenceQueue(int populationMax)
{
    private readonly object _monitor = new();
    private readonly LinkedList<GenerationSequence> _waiting = []; // oldest first
    private readonly Dictionary<string, int> _runningByGroup = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _populationByGroup = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastTurn = new(StringComparer.Ordinal);
    private long _turns;
    private int _population; // waiting and running
    private bool _isClosed;
    private bool _isRung;

    /// <summary>Requests that wait.</summary>
    public int Length
    {
        get
        {
            lock (_monitor) return _waiting.Count;
        }
    }

    /// <summary>Lets a request wait. Where too many do, the youngest of the largest group makes room, if that group
    /// stays no smaller than the newcomer's; so a group with many requests does not keep out the others.</summary>
    /// <exception cref="EngineBusyException">Too many wait.</exception>
    /// <exception cref="ObjectDisposedException">The engine has stopped.</exception>
    public void Add(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(DecoderEngine));
            if (_population >= populationMax) MakeRoom(sequence.Group);
            _waiting.AddLast(sequence);
            CountIn(sequence, 1);
            Ring();
        }
    }

    /// <summary>Takes the oldest of the group that has the fewest running, among these of the one whose last turn is
    /// longest ago, when it can start. So a group with many requests does not keep out the others; and a request whose
    /// turn it is is not overtaken by one that needs less room, so none starves.</summary>
    public GenerationSequence? TryTake(Func<GenerationSequence, bool> tryStart)
    {
        lock (_monitor)
        {
            if (FindNext() is not { } next || !tryStart(next.Value)) return null;
            _waiting.Remove(next);
            if (_waiting.Count == 0) _lastTurn.Clear(); // So that it does not grow with the groups ever met.
            _lastTurn[next.Value.Group] = ++_turns;
            Change(_runningByGroup, next.Value.Group, 1);
            return next.Value;
        }
    }

    /// <summary>A sequence that ran has ended.</summary>
    public void Leave(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            CountIn(sequence, -1);
            Change(_runningByGroup, sequence.Group, -1);
        }
    }

    /// <summary>Nobody reads this sequence any more: it leaves the queue now, or the batch before the next
    /// step.</summary>
    public void Abandon(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            sequence.Abandon();
            if (_waiting.Remove(sequence)) CountIn(sequence, -1);
            Ring();
        }
    }

    public void Close()
    {
        lock (_monitor)
        {
            _isClosed = true;
            Ring();
        }
    }

    /// <summary>Returns at once while sequences run; otherwise sleeps until the bell rings.</summary>
    /// <returns>False when the engine shall stop.</returns>
    public bool WaitForWork(bool isRunning)
    {
        lock (_monitor)
        {
            while (!isRunning && !_isRung && !_isClosed) Monitor.Wait(_monitor);
            _isRung = false;
            return !_isClosed;
        }
    }

    private void MakeRoom(string newcomer)
    {
        LinkedListNode<GenerationSequence>? youngest = null;
        int most = _populationByGroup.GetValueOrDefault(newcomer) + 1;
        for (var node = _waiting.Last; node is not null; node = node.Previous)
        {
            int population = _populationByGroup[node.Value.Group];
            if (population <= most) continue;
            most = population;
            youngest = node;
        }

        var refusal = new EngineBusyException(_waiting.Count);
        if (youngest is null) throw refusal;
        _waiting.Remove(youngest);
        CountIn(youngest.Value, -1);
        youngest.Value.Fail(refusal);
    }

    private void CountIn(GenerationSequence sequence, int change)
    {
        _population += change;
        Change(_populationByGroup, sequence.Group, change);
    }

    private static void Change(Dictionary<string, int> counts, string group, int change)
    {
        int count = counts.GetValueOrDefault(group) + change;
        if (count == 0) counts.Remove(group);
        else counts[group] = count;
    }

    private LinkedListNode<GenerationSequence>? FindNext()
    {
        LinkedListNode<GenerationSequence>? next = null;
        (int Running, long LastTurn) least = (int.MaxValue, long.MaxValue);
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            string group = node.Value.Group;
            (int, long) own = (_runningByGroup.GetValueOrDefault(group), _lastTurn.GetValueOrDefault(group));
            if (own.CompareTo(least) >= 0) continue;
            least = own;
            next = node;
        }

        return next;
    }

    private void Ring()
    {
        _isRung = true;
        Monitor.Pulse(_monitor);
    }
}

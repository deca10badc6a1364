namespace Cremona.Inference.Scheduling;

/// <summary>Requests that wait for a place in the batch, and the bell that wakes the engine. Thread-safe.</summary>
/// <param name="populationMax">Requests that may wait and run together.</param>
internal sealed class SequenceQueue(int populationMax)
{
    private readonly object _monitor = new();
    private readonly LinkedList<GenerationSequence> _waiting = []; // oldest first
    private readonly Dictionary<string, int> _runningByGroup = new(StringComparer.Ordinal);
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

    /// <exception cref="EngineBusyException">Too many wait.</exception>
    /// <exception cref="ObjectDisposedException">The engine has stopped.</exception>
    public void Add(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(DecoderEngine));
            if (_population >= populationMax) throw new EngineBusyException(_waiting.Count);
            _population++;
            _waiting.AddLast(sequence);
            Ring();
        }
    }

    /// <summary>Takes the oldest of the group that has the fewest running, when it can start. So a group with many
    /// requests does not keep out the others; and a request whose turn it is is never overtaken, so none
    /// starves.</summary>
    public GenerationSequence? TryTake(Func<GenerationSequence, bool> tryStart)
    {
        lock (_monitor)
        {
            if (FindNext() is not { } next || !tryStart(next.Value)) return null;
            _waiting.Remove(next);
            string group = next.Value.Group;
            _runningByGroup[group] = _runningByGroup.GetValueOrDefault(group) + 1;
            return next.Value;
        }
    }

    /// <summary>A sequence that ran has ended.</summary>
    public void Leave(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            _population--;
            int left = _runningByGroup[sequence.Group] - 1;
            if (left == 0) _runningByGroup.Remove(sequence.Group);
            else _runningByGroup[sequence.Group] = left;
        }
    }

    /// <summary>Nobody reads this sequence any more: it leaves the queue now, or the batch before the next
    /// step.</summary>
    public void Abandon(GenerationSequence sequence)
    {
        lock (_monitor)
        {
            sequence.Abandon();
            if (_waiting.Remove(sequence)) _population--;
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

    private LinkedListNode<GenerationSequence>? FindNext()
    {
        LinkedListNode<GenerationSequence>? next = null;
        int fewest = int.MaxValue;
        for (var node = _waiting.First; node is not null && fewest > 0; node = node.Next)
        {
            int running = _runningByGroup.GetValueOrDefault(node.Value.Group);
            if (running >= fewest) continue;
            fewest = running;
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

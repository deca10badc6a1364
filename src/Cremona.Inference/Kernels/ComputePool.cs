using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Cremona.Inference.Kernels;

/// <summary>Threads that share the tasks of one kernel. The calling thread works too, so a pool of one thread has no
/// threads of its own and no synchronisation. Idle threads spin for some microseconds, then park and cost
/// nothing.</summary>
/// <remarks>Which thread runs a task is not defined, so a task may depend on its index only; that is what makes results
/// independent of the number of threads. Runs from several threads are served one after another. A task that starts
/// a run of its own runs it inline.</remarks>
public sealed unsafe class ComputePool : IDisposable
{
    /// <summary>Upper bound of threads.</summary>
    public const int ThreadCountMax = 256;

    // Long enough to bridge the gap between two kernels, short enough not to take a core from another process.
    private const int SpinsBeforePark = 400;

    [ThreadStatic]
    private static bool _isInsideTask;

    private readonly Lock _gate = new();
    private readonly Worker[] _workers;
    private readonly Func<bool> _hasReasonToRun;
    private volatile bool _isStopping;

    // The run in progress. Written only while no task is left to claim, see Claim.
    private Action<int>? _managedTask;
    private delegate*<void*, int, void> _task;
    private void* _state;
    private int _taskCount;

    // Upper half: number of the run; lower half: tasks not yet claimed.
    private ulong _ticket;
    private int _unfinished;

    /// <summary>Held while <see cref="PackBuffer"/> is in use.</summary>
    internal readonly Lock PackGate = new();

    /// <summary>The operand that the multiplication in progress brought into its own layout.</summary>
    internal AlignedBuffer? PackBuffer;
    private Exception? _failure;

    /// <exception cref="ArgumentOutOfRangeException">Not in [1, 256].</exception>
    public ComputePool(int threadCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threadCount, ThreadCountMax);
        ThreadCount = threadCount;
        _workers = new Worker[threadCount - 1];
        _hasReasonToRun = () => HasTasks || _isStopping;
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker();
            Worker worker = _workers[i];
            new Thread(() => Work(worker)) { IsBackground = true, Name = $"compute {i + 1}" }.Start();
        }
    }

    /// <summary>Threads that work on a run, the calling one included.</summary>
    public int ThreadCount { get; }

    /// <summary>Runs task(0) … task(taskCount - 1) in any order on any threads and returns when all are done.</summary>
    /// <exception cref="Exception">The first exception of a task, after all tasks ended.</exception>
    public void Run(int taskCount, Action<int> task)
    {
        if (IsInline(taskCount))
        {
            for (int i = 0; i < taskCount; i++) task(i);
            return;
        }

        lock (_gate)
        {
            _managedTask = task;
            try
            {
                Execute(taskCount);
            }
            finally
            {
                _managedTask = null; // Or the other overload would run it again.
            }
        }
    }

    /// <summary>As the other overload, without a closure: <paramref name="state"/> is handed to each task. It may lie
    /// on the caller's stack.</summary>
    public void Run(int taskCount, delegate*<void*, int, void> task, void* state)
    {
        if (IsInline(taskCount))
        {
            for (int i = 0; i < taskCount; i++) task(state, i);
            return;
        }

        lock (_gate)
        {
            _task = task;
            _state = state;
            Execute(taskCount);
        }
    }

    /// <summary>Ends the threads and lets the working memory go. No run may be in progress or follow.</summary>
    public void Dispose()
    {
        _isStopping = true;
        foreach (Worker worker in _workers) worker.Wake();
        lock (PackGate) PackBuffer = null;
    }

    private bool IsInline(int taskCount) => _workers.Length == 0 || taskCount <= 1 || _isInsideTask;

    private void Execute(int taskCount)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        _taskCount = taskCount;
        _failure = null;
        Volatile.Write(ref _unfinished, taskCount);
        ulong run = (_ticket >> 32) + 1;
        Volatile.Write(ref _ticket, (run << 32) | (uint)taskCount);

        int helpers = Math.Min(_workers.Length, taskCount - 1);
        for (int i = 0; i < helpers; i++) _workers[i].Wake();
        ClaimTasks();

        SpinWait spin = default;
        while (Volatile.Read(ref _unfinished) != 0) spin.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    private void Work(Worker worker)
    {
        while (!_isStopping)
        {
            ClaimTasks();
            if (!SpinForTasks()) worker.ParkUnless(_hasReasonToRun);
        }
    }

    private bool HasTasks => (uint)Volatile.Read(ref _ticket) != 0;

    private bool SpinForTasks()
    {
        for (int i = 0; i < SpinsBeforePark; i++)
        {
            if (HasTasks || _isStopping) return true;
            Thread.SpinWait(8);
        }

        return false;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any failure of a task belongs to the caller of the run.")]
    private void ClaimTasks()
    {
        _isInsideTask = true;
        while (true)
        {
            // The fields of a run are read between reading its ticket and claiming from it. They cannot have changed in
            // between when the exchange succeeds: the next run writes them only after the last task was claimed.
            ulong ticket = Volatile.Read(ref _ticket);
            uint unclaimed = (uint)ticket;
            if (unclaimed == 0) break;
            Action<int>? managedTask = _managedTask;
            delegate*<void*, int, void> task = _task;
            void* state = _state;
            int index = _taskCount - (int)unclaimed;
            if (Interlocked.CompareExchange(ref _ticket, ticket - 1, ticket) != ticket) continue;
            try
            {
                if (managedTask is not null) managedTask(index);
                else task(state, index);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
            }

            Interlocked.Decrement(ref _unfinished);
        }

        _isInsideTask = false;
    }

    /// <summary>One thread's parking place.</summary>
    private sealed class Worker
    {
        private readonly object _monitor = new();
        private int _isParked;

        public void Wake()
        {
            if (Interlocked.Exchange(ref _isParked, 0) == 0) return;
            lock (_monitor) Monitor.Pulse(_monitor);
        }

        public void ParkUnless(Func<bool> hasReasonToRun)
        {
            // Announced before looking, so that whoever starts a run either is seen here or sees this.
            Interlocked.Exchange(ref _isParked, 1);
            if (hasReasonToRun()) Interlocked.Exchange(ref _isParked, 0);
            lock (_monitor)
            {
                while (Volatile.Read(ref _isParked) == 1) Monitor.Wait(_monitor);
            }
        }
    }
}

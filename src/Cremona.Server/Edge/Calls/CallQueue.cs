using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>What a process asks and tells the store about calls, in order. While the store decides about some, the next
/// ones gather and are asked together. Questions are put under the gate.</summary>
internal sealed class CallQueue(Lock gate, ICallCountStore store) : IDisposable
{
    private const int TogetherMax = 32;

    private static readonly TimeSpan StoreWaitMax = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<Func<CallSettlement>> _ended = [];
    private readonly Queue<(CallReservation Asked, TaskCompletionSource<CallDecision?> Decided)> _asked = [];

    /// <summary>Done when nothing waits any more.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    public Task<CallDecision?> Ask(CallReservation asked)
    {
        TaskCompletionSource<CallDecision?> decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue((asked, decided));
        return decided.Task;
    }

    /// <param name="ended">Called under the gate when it is its turn, after any handing over.</param>
    public void Settle(Func<CallSettlement> ended) => _ended.Enqueue(ended);

    /// <summary>Goes to work unless it is; under the gate.</summary>
    /// <param name="processId">Who asks.</param>
    /// <param name="cutOff">The store has not decided.</param>
    public void Start(string processId, Action<Exception> cutOff)
    {
        if (Work.IsCompleted) Work = Task.Run(() => RunAsync(processId, cutOff));
    }

    /// <summary>Nothing is asked until the result is disposed.</summary>
    public async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Hold(_turn);
    }

    /// <summary>Whatever waits is left to own counts; under the gate.</summary>
    public void LetIn()
    {
        _ended.Clear();
        while (_asked.TryDequeue(out var waiting))
        {
            waiting.Decided.SetResult(null);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task RunAsync(string processId, Action<Exception> cutOff)
    {
        while (true)
        {
            using (await HoldAsync(CancellationToken.None))
            {
                List<CallSettlement> ended = [];
                List<(CallReservation Asked, TaskCompletionSource<CallDecision?> Decided)> asked = [];
                lock (gate)
                {
                    while (ended.Count < TogetherMax && _ended.TryDequeue(out var next)) ended.Add(next());
                    while (asked.Count < TogetherMax && _asked.TryDequeue(out var next)) asked.Add(next);
                    if (ended.Count + asked.Count == 0)
                    {
                        Work = Task.CompletedTask;
                        return;
                    }
                }

                await DecideAsync(processId, ended, asked, cutOff);
            }
        }
    }

    private async Task DecideAsync(
        string processId, List<CallSettlement> ended,
        List<(CallReservation Asked, TaskCompletionSource<CallDecision?> Decided)> asked, Action<Exception> cutOff)
    {
        try
        {
            using CancellationTokenSource limit = new(StoreWaitMax);
            IReadOnlyList<CallDecision> decisions = await store.ReserveAsync(
                processId, ended, [.. asked.Select(one => one.Asked)], limit.Token);
            foreach ((var one, CallDecision decision) in asked.Zip(decisions))
            {
                one.Decided.SetResult(decision);
            }
        }
        catch (Exception fault)
        {
            cutOff(fault); // Before the answers: from now on own counts decide.
            foreach (var one in asked)
            {
                one.Decided.TrySetResult(null);
            }
        }
    }

    private sealed class Hold(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}

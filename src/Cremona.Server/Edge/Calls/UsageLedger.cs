using System.Data.Common;
using System.Threading.Channels;
using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Storage;

namespace Cremona.Server.Edge.Calls;

/// <summary>Writes the rows of the ledger off the requests' path: those of a fifth of a second together, or at once
/// when somebody waits for them. A clean stop writes everything, after the last request has ended; a killed process
/// loses what was not yet written, less than a second of calls while the store is well.</summary>
public sealed class UsageLedger(IUsageStore store, TimeProvider clock, ILogger<UsageLedger> log)
    : IHostedLifecycleService, IDisposable
{
    private const int BatchRowsMax = 500;
    private const int WaitingRowsMax = 65_536;
    private const int LastAttemptsMax = 3;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A row, or somebody who waits until the rows before are written.</summary>
    private readonly Channel<(UsageRow? Row, TaskCompletionSource? Written)> _waiting =
        Channel.CreateBounded<(UsageRow?, TaskCompletionSource?)>(
            new BoundedChannelOptions(WaitingRowsMax) { SingleReader = true });

    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Done when the rows shall be written now.</summary>
    private volatile TaskCompletionSource _hurry = NewSource();

    private Task _work = Task.CompletedTask;

    /// <summary>Takes a row. Waits only when the store has been unreachable for so long that 65 536 rows
    /// wait.</summary>
    public async ValueTask AddAsync(UsageRow row)
    {
        try
        {
            await _waiting.Writer.WriteAsync((row, null));
            if (_waiting.Reader.Count >= BatchRowsMax) _hurry.TrySetResult();
        }
        catch (ChannelClosedException fault)
        {
            log.LedgerLost(fault, 1); // A request that outlived the server's stop.
        }
    }

    /// <summary>Waits until the rows that were taken before are written.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource written = NewSource();
        try
        {
            await _waiting.Writer.WriteAsync((null, written), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            await _work.WaitAsync(cancellationToken); // The server stops and writes all there is.
            return;
        }

        _hurry.TrySetResult();
        await written.Task.WaitAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _work = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Services stop side by side, and requests are still ending; see <see cref="StoppedAsync"/>.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _work.WaitAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        List<UsageRow> rows = [];
        List<TaskCompletionSource> waiters = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            await GatherAsync();
            while (rows.Count < BatchRowsMax
                && _waiting.Reader.TryRead(out (UsageRow? Row, TaskCompletionSource? Written) next))
            {
                if (next.Row is not null)
                {
                    rows.Add(next.Row);
                }
                else
                {
                    waiters.Add(next.Written!);
                }
            }

            await WriteAsync(rows);
            waiters.ForEach(waiter => waiter.SetResult());
            rows.Clear();
            waiters.Clear();
        }
    }

    private async Task GatherAsync()
    {
        await Task.WhenAny(_hurry.Task, Task.Delay(Gathering, clock, _stopping.Token));

        // Before the rows are read: whoever hurries from now on finds them read, or hurries the next batch.
        if (_hurry.Task.IsCompleted) _hurry = NewSource();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tries until it is done; once the server stops, a few times only.</summary>
    private async Task WriteAsync(List<UsageRow> rows)
    {
        int attempts = 0;
        while (rows.Count > 0)
        {
            try
            {
                await store.AppendAsync(rows, CancellationToken.None);
                return;
            }
            catch (DbException fault) when (IsFaultOfTheRow(fault))
            {
                await WriteOneByOneAsync(rows, fault);
                return;
            }
            catch (Exception fault) when (!_stopping.IsCancellationRequested || ++attempts < LastAttemptsMax)
            {
                log.LedgerDelayed(fault, rows.Count);
                await Task.Delay(Pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                log.LedgerLost(fault, rows.Count);
                return;
            }
        }
    }

    /// <summary>Classes 22, 23 and 54 of SQLSTATE: the database will never take such a row.</summary>
    private static bool IsFaultOfTheRow(DbException fault) =>
        fault.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..];

    /// <summary>One row that the database refuses may not hold up the others.</summary>
    private async Task WriteOneByOneAsync(List<UsageRow> rows, DbException fault)
    {
        if (rows.Count == 1)
        {
            log.LedgerLost(fault, 1);
            return;
        }

        foreach (UsageRow row in rows)
        {
            await WriteAsync([row]);
        }
    }
}

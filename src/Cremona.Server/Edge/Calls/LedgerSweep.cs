using Cremona.Server.Edge.Pipeline;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Edge.Calls;

/// <summary>Removes rows of the ledger that have been kept long enough.</summary>
public sealed class LedgerSweep(
    IUsageStore store, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<LedgerSweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Retention == TimeSpan.Zero)
        {
            return;
        }

        using PeriodicTimer timer = new(Interval, clock);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "Old rows of the ledger could not be removed; the next sweep tries again");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset before = clock.GetUtcNow() - options.Value.Retention;
        long removed = await store.DeleteBeforeAsync(before.ToUnixTimeMilliseconds(), cancellationToken);
        if (removed > 0)
        {
            log.LedgerSwept(removed, before);
        }
    }
}

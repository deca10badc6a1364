using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <summary>Goes on with removals that a crash or an unreachable server interrupted, and, where the operator wants it,
/// lets models lapse that nobody calls.</summary>
internal sealed class TunedModelSweep(
    ITunedModelStore models, TunedModelRemoval removal, IOptions<ModelsOptions> options, TimeProvider clock,
    ILogger<TunedModelSweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, clock);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "Adapters of deleted models could not be removed; the next sweep tries again");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task SweepAsync(CancellationToken stoppingToken)
    {
        TimeSpan lapse = options.Value.TunedModelLapse;
        if (lapse > TimeSpan.Zero
            && await models.MarkLapsedAsync(clock.GetUtcNow() - lapse, stoppingToken) is > 0 and int lapsed)
        {
            log.ModelsLapsed(lapsed, lapse);
        }

        await removal.RemoveMarkedAsync(stoppingToken);
    }
}

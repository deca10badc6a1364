using Cremona.Server.Models.Upstream;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Models;

/// <summary>At the start frees the adapters of models whose deletion a crash interrupted; then, where the operator
/// wants it, lets models lapse that nobody calls.</summary>
internal sealed class TunedModelSweep(
    ITunedModelStore models, IModelHost host, UpstreamPools pools, IOptions<ModelsOptions> options, TimeProvider clock,
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
        if (lapse == TimeSpan.Zero)
        {
            await models.PurgeAsync(stoppingToken);
            return;
        }

        IReadOnlyList<string> lapsed = await models.LapseAsync(clock.GetUtcNow() - lapse, stoppingToken);
        if (lapsed.Count == 0)
        {
            return;
        }

        log.ModelsLapsed(lapsed.Count, lapse);
        foreach (string id in lapsed)
        {
            host.DropAdapter(id);
            await pools.UnloadAsync(id, stoppingToken);
        }
    }
}

namespace Cremona.Server.Models;

/// <summary>Once at the start: frees the adapters of models whose deletion a crash interrupted.</summary>
public sealed class TunedModelSweep(ITunedModelStore models, ILogger<TunedModelSweep> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await models.PurgeAsync(stoppingToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "Adapters of deleted models could not be removed; the next start tries again");
        }
    }
}

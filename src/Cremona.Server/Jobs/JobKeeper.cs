using Microsoft.Extensions.Options;

namespace Cremona.Server.Jobs;

/// <summary>The queue's housekeeping, in every process with a worker: accepts new jobs, frees lapsed leases, removes
/// leftovers. Its own loop, because workers are busy for minutes.</summary>
public sealed class JobKeeper(
    IJobQueue queue,
    IEnumerable<IJobHandler> handlers,
    JobSignals signals,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<JobKeeper> log) : BackgroundService
{
    /// <summary>One round. Every part of it bears repetition.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        int freed = await queue.ExpireLeasesAsync(cancellationToken);
        int accepted = await queue.AcceptAsync(cancellationToken);
        if (freed + accepted > 0)
        {
            JobsLog.Queued(log, accepted, freed);
            signals.Wake();
        }

        foreach (Job job in await queue.ListUncleanAsync(cancellationToken))
        {
            await CleanAsync(job, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.WorkerCount == 0)
        {
            return;
        }

        using JobPulse pulse = new(signals, options.Value.PollInterval, clock);
        do
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                JobsLog.RoundFailed(log, fault);
            }
        }
        while (await pulse.WaitAsync(stoppingToken));
    }

    /// <summary>A job that cannot be cleaned stays due and does not keep the others waiting.</summary>
    private async Task CleanAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            foreach (IJobHandler handler in handlers.Where(handler => handler.Kind == job.Kind))
            {
                await handler.CleanAsync(job, cancellationToken);
            }

            await queue.MarkCleanAsync(job, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            JobsLog.CleaningFailed(log, fault, job.Id);
        }
    }
}

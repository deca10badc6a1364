using Cremona.Server.Edge;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Jobs;

/// <summary>The worker loop: claims jobs and runs them, as many at a time as configured.</summary>
public sealed class JobWorker(
    IJobQueue queue,
    JobRunner runner,
    JobSignals signals,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<JobWorker> log) : BackgroundService
{
    /// <summary>Names the holder of a lease; unique to this process, so that a restarted one never takes an old lease
    /// for its own.</summary>
    private readonly string _name = Ids.New($"{Environment.MachineName}:{Environment.ProcessId}:");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.WorkerCount).Select(slot => RunSlotAsync(slot, stoppingToken)));

    private async Task RunSlotAsync(int slot, CancellationToken stopping)
    {
        using JobPulse pulse = new(signals, options.Value.PollInterval, clock);
        do
        {
            try
            {
                while (await queue.ClaimNextAsync($"{_name}:{slot}", stopping) is { } lease)
                {
                    await runner.RunAsync(lease, stopping);
                    stopping.ThrowIfCancellationRequested();
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                JobsLog.RoundFailed(log, fault);
            }
        }
        while (await pulse.WaitAsync(stopping));
    }
}

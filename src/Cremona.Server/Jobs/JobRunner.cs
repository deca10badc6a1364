using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Jobs;

/// <summary>Runs one claimed job to its end: hands it to its handler and writes what came of it.</summary>
public sealed class JobRunner(
    IJobQueue queue,
    IEnumerable<IJobHandler> handlers,
    JobSignals signals,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<JobRunner> log)
{
    private readonly JobsOptions _options = options.Value;

    /// <summary>Returns when the job has ended, was handed back or was lost; throws only when the store does.</summary>
    public async Task RunAsync(JobLease lease, CancellationToken stopping)
    {
        JobsLog.Started(log, lease.JobId, lease.Job.Kind, lease.Attempt);
        await using JobAttempt attempt = new(lease, queue, _options, clock, log);
        using IDisposable watch = signals.Watch(lease.JobId, () => attempt.Stop(JobStop.LeaseLost));
        using CancellationTokenRegistration onStop = stopping.Register(() => attempt.Stop(JobStop.HostStopping));

        // On the pool at once: a handler may compute before its first await.
        Task<JobResult> work = Task.Run(
            () => FindHandler(lease).RunAsync(lease, attempt.Report, attempt.Work), CancellationToken.None);
        bool isDone = await WaitAsync(work, stopping);
        await attempt.StopBeatingAsync();
        await SettleAsync(lease, attempt.StopReason, isDone ? work : null);
        signals.Wake();
    }

    /// <summary>Waits for the work; once the host stops, only for the grace time. False when that ran out.</summary>
    private async Task<bool> WaitAsync(Task work, CancellationToken stopping)
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stopping.Register(stop.SetResult))
        {
            await Task.WhenAny(work, stop.Task);
        }

        if (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(_options.StopGrace, clock, CancellationToken.None));
        }

        return work.IsCompleted;
    }

    private async Task SettleAsync(JobLease lease, JobStop reason, Task<JobResult>? work)
    {
        bool isKept;
        try
        {
            JobResult? result = work is null ? null : await work;
            isKept = result is null
                ? await queue.HandBackAsync(lease, CancellationToken.None)
                : await queue.EndAsync(
                    lease, JobChange.Succeeded(result.Result), result.PublishAsync, CancellationToken.None);
        }
        catch (ApiException fault)
        {
            JobsLog.Failed(log, lease.JobId, (int)fault.Error, fault.Message);
            isKept = await queue.EndAsync(
                lease, JobChange.Failed(fault.Error, fault.Message), null, CancellationToken.None);
        }
        catch (OperationCanceledException) when (reason == JobStop.TimeLimit)
        {
            string text = $"request timeout, the job worked longer than {_options.TimeLimit}";
            isKept = await queue.EndAsync(
                lease, JobChange.Failed(ApiError.Timeout, text), null, CancellationToken.None);
        }
        catch (OperationCanceledException) when (reason != JobStop.None)
        {
            isKept = await queue.HandBackAsync(lease, CancellationToken.None);
        }
        catch (Exception fault)
        {
            JobsLog.AttemptBroke(log, fault, lease.JobId, lease.Attempt);
            string text = fault is IOException ? "the disk or a file failed" : "an unexpected fault";
            isKept = await queue.GiveUpAsync(lease, text, CancellationToken.None);
        }

        if (!isKept)
        {
            // Whatever this attempt wrote into shared folders since it lost its lease is a leftover.
            await queue.MarkUncleanAsync(lease.JobId, CancellationToken.None);
        }

        JobsLog.Ended(log, lease.JobId, lease.Attempt, isKept ? "settled" : "no longer ours", reason);
    }

    private IJobHandler FindHandler(JobLease lease) =>
        handlers.FirstOrDefault(handler => handler.Kind == lease.Job.Kind)
        ?? throw new InvalidOperationException($"No handler is registered for jobs of kind {lease.Job.Kind}.");
}

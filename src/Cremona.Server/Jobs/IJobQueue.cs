using System.Data.Common;

namespace Cremona.Server.Jobs;

/// <summary>Jobs as workers see them. Every write of an attempt carries its lease and does nothing once the lease is
/// lost.</summary>
public interface IJobQueue
{
    /// <summary>Takes created jobs into the queue, oldest first, while it holds fewer than the configured
    /// bound.</summary>
    /// <returns>How many.</returns>
    Task<int> AcceptAsync(CancellationToken cancellationToken);

    /// <summary>Frees jobs whose lease has lapsed for the next attempt, and fails those whose attempts are used
    /// up.</summary>
    /// <returns>How many were freed.</returns>
    Task<int> ExpireLeasesAsync(CancellationToken cancellationToken);

    /// <summary>Claims the next job: interrupted jobs first; then the group with the fewest running jobs, among these
    /// the one served longest ago; then the oldest job. Null when there is none.</summary>
    Task<JobLease?> ClaimNextAsync(string worker, CancellationToken cancellationToken);

    /// <summary>Extends the lease, counts the time worked and writes progress. False when the lease is lost.</summary>
    Task<bool> HeartbeatAsync(
        JobLease lease, TimeSpan worked, JobProgress? progress, CancellationToken cancellationToken);

    /// <summary>Hands the lease back, so that another worker goes on at once. False when it was lost.</summary>
    Task<bool> HandBackAsync(JobLease lease, CancellationToken cancellationToken);

    /// <summary>Gives up a broken attempt: another may begin after the configured pause, or the job fails when this was
    /// the last. False when the lease is lost.</summary>
    Task<bool> GiveUpAsync(JobLease lease, string reason, CancellationToken cancellationToken);

    /// <summary>Ends the job; with <paramref name="publish"/> inside the same transaction. False, and nothing
    /// published, when the lease is lost.</summary>
    Task<bool> EndAsync(
        JobLease lease,
        JobChange ending,
        Func<DbTransaction, CancellationToken, Task>? publish,
        CancellationToken cancellationToken);

    /// <summary>Ended jobs whose leftovers may be removed now: nobody holds a lease on them any more.</summary>
    Task<IReadOnlyList<Job>> ListUncleanAsync(CancellationToken cancellationToken);

    /// <summary>An attempt that had lost its lease may have left something behind: if the job has ended, it is to be
    /// cleaned again. Changes nothing else.</summary>
    Task MarkUncleanAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>The leftovers of an ended job are gone; a removed job's rows go with this.</summary>
    Task MarkCleanAsync(Job job, CancellationToken cancellationToken);
}

namespace Cremona.Server.Jobs;

/// <summary>Does the work of one kind of job. A room registers one; nobody else calls it but the worker.</summary>
public interface IJobHandler
{
    string Kind { get; }

    /// <summary>Works until the result is there. May be called again for the same job after a lost attempt, so every
    /// step must bear repetition, and an attempt that was replaced must not disturb its successor.</summary>
    /// <param name="lease">The attempt.</param>
    /// <param name="report">Takes progress; cheap, may be called at every step from any thread.</param>
    /// <param name="cancellationToken">Ends the work at its next step: cancelled, out of time, lease lost, or the host
    /// stops.</param>
    /// <exception cref="Edge.ApiException">The job has failed for good, with this code and text. Any other exception is
    /// a fault of this attempt, and another attempt may follow.</exception>
    Task<JobResult> RunAsync(JobLease lease, Action<JobProgress> report, CancellationToken cancellationToken);

    /// <summary>Removes what attempts left behind (work files, unpublished results) of a job that has ended. Called
    /// until it succeeds once, perhaps in another process than the work; must bear repetition.</summary>
    Task CleanAsync(Job job, CancellationToken cancellationToken);
}

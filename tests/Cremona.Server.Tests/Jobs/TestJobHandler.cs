using Cremona.Server.Jobs;

namespace Cremona.Server.Tests.Jobs;

/// <summary>Jobs of kind <c>test</c>: each test says what the work is.</summary>
public sealed class TestJobHandler : IJobHandler
{
    public string Kind => "test";

    /// <summary>The work; by default it succeeds at once.</summary>
    public Func<JobLease, Action<JobProgress>, CancellationToken, Task<JobResult>> Work { get; set; } =
        (_, _, _) => Task.FromResult(Success("made"));

    /// <summary>Jobs whose leftovers were removed, in order.</summary>
    public List<string> Cleaned { get; } = [];

    public static JobResult Success(string result) => new(result, (_, _) => Task.CompletedTask);

    public Task<JobResult> RunAsync(JobLease lease, Action<JobProgress> report, CancellationToken cancellationToken) =>
        Work(lease, report, cancellationToken);

    public Task CleanAsync(Job job, CancellationToken cancellationToken)
    {
        Cleaned.Add(job.Id);
        return Task.CompletedTask;
    }
}

using Cremona.Protocol.Errors;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Jobs;

/// <summary>What the worker writes about an attempt, over a real store and a clock that the test moves.</summary>
public sealed class JobRunnerTests : IAsyncDisposable
{
    private readonly TestJobHandler _handler = new();
    private readonly JobSignals _signals = new();
    private TestStore? _store;

    [Fact]
    public async Task Job_SucceedsWithItsLastProgress()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        _handler.Work = (_, report, _) =>
        {
            report(new JobProgress(7, 7, 0.25, 100));
            return Task.FromResult(TestJobHandler.Success("ft:m"));
        };

        await runner.RunAsync(lease, default);

        Job job = await FindAsync(lease);
        job.State.ShouldBe(JobState.Succeeded);
        job.Step.ShouldBe(7);
    }

    [Fact]
    public async Task Job_FailsForGood_WhenItsHandlerSaysSo()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        _handler.Work = (_, _, _) => throw ApiException.InvalidParameters("training_file line 3: no text");

        await runner.RunAsync(lease, default);

        JobEvent last = (await _store!.Jobs.ListEventsAsync(lease.JobId, 3, 9, default)).Single();
        (last.State, last.ErrorCode).ShouldBe((JobState.Failed, (long)ApiError.InvalidParameters));
        last.ErrorText.ShouldBe("invalid params, training_file line 3: no text");
    }

    [Fact]
    public async Task Job_WaitsForAnotherAttempt_WhenThisOneBreaks()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        _handler.Work = (_, _, _) => throw new IOException("secret path");

        await runner.RunAsync(lease, default);

        Job job = await FindAsync(lease);
        (job.State, job.FailedAttempts).ShouldBe((JobState.Running, 1));
        (await _store!.ReadEventsAsync(lease.JobId)).ShouldBe([JobState.Created, JobState.Pending, JobState.Running]);
    }

    [Fact]
    public async Task Work_StopsAtOnce_WhenCancelledInThisProcess()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        Task run = RunUntilStopped(runner, lease, default);
        await _store!.Jobs.CancelAsync("1", lease.JobId, default);

        _signals.Cancelled(lease.JobId);
        await run;

        (await FindAsync(lease)).State.ShouldBe(JobState.Cancelled);
        (await _store.Queue.ListUncleanAsync(default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Work_StopsAtTheNextHeartbeat_WhenCancelledElsewhere()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        Task run = RunUntilStopped(runner, lease, default);
        await _store!.Jobs.CancelAsync("1", lease.JobId, default);

        await AdvanceUntilAsync(lease, run);

        (await FindAsync(lease)).State.ShouldBe(JobState.Cancelled);
    }

    [Fact]
    public async Task Work_StopsWithTimeout_WhenItsTimeIsUsedUpOverAllAttempts()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync(options => options.TimeLimit = TimeSpan.FromSeconds(60));
        await _store!.Queue.HeartbeatAsync(lease, TimeSpan.FromSeconds(57), null, default);
        await _store.Queue.HandBackAsync(lease, default);
        JobLease second = (await _store.Queue.ClaimNextAsync("w", default))!;

        await AdvanceUntilAsync(second, RunUntilStopped(runner, second, default));

        JobEvent last = (await _store.Jobs.ListEventsAsync(lease.JobId, 3, 9, default)).Single();
        last.ErrorCode.ShouldBe((long)ApiError.Timeout);
        last.ErrorText.ShouldBe("request timeout, the job worked longer than 00:01:00");
        (await FindAsync(lease)).WorkedMs.ShouldBeGreaterThanOrEqualTo(60_000);
    }

    [Fact]
    public async Task Lease_IsHandedBack_WhenTheHostStops()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        using CancellationTokenSource stopping = new();
        Task run = RunUntilStopped(runner, lease, stopping.Token);

        await stopping.CancelAsync();
        await run;

        JobLease next = (await _store!.Queue.ClaimNextAsync("other", default)).ShouldNotBeNull();
        (next.JobId, next.Job.FailedAttempts).ShouldBe((lease.JobId, 0));
    }

    [Fact]
    public async Task Lease_IsHandedBackAfterTheGrace_WhenTheWorkDoesNotStop()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        TaskCompletionSource<JobResult> never = new();
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _handler.Work = (_, _, _) =>
        {
            begun.SetResult();
            return never.Task;
        };
        using CancellationTokenSource stopping = new();
        Task run = runner.RunAsync(lease, stopping.Token);
        await begun.Task;

        await stopping.CancelAsync();
        await AdvanceUntilAsync(lease, run);

        (await _store!.Queue.ClaimNextAsync("other", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_IsKept_WhileTheWorkTakesManyLeasesLong()
    {
        (JobLease lease, JobRunner runner) = await ClaimAsync();
        TaskCompletionSource<JobResult> work = new();
        _handler.Work = (_, _, _) => work.Task;
        Task run = runner.RunAsync(lease, default);
        for (int i = 0; i < 50; i++)
        {
            await BeatAsync(lease, run);
            (await _store!.Queue.ExpireLeasesAsync(default)).ShouldBe(0);
        }

        work.SetResult(TestJobHandler.Success("m"));
        await run;

        (await FindAsync(lease)).State.ShouldBe(JobState.Succeeded);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    private async Task<(JobLease Lease, JobRunner Runner)> ClaimAsync(Action<JobsOptions>? configure = null)
    {
        _store = await TestStore.CreateAsync(StoreKind.Sqlite, configure);
        await _store.QueueJobAsync();
        JobLease lease = (await _store.Queue.ClaimNextAsync("w", default))!;
        JobRunner runner = new(
            _store.Queue,
            [_handler],
            _signals,
            Options.Create(_store.Options),
            _store.Clock,
            NullLogger<JobRunner>.Instance);
        return (lease, runner);
    }

    private async Task<Job> FindAsync(JobLease lease) => (await _store!.Jobs.FindAsync("1", lease.JobId, default))!;

    /// <summary>Work that only ends by its token.</summary>
    private Task RunUntilStopped(JobRunner runner, JobLease lease, CancellationToken stopping)
    {
        _handler.Work = async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        };
        return runner.RunAsync(lease, stopping);
    }

    /// <summary>Moves the clock heartbeat by heartbeat until the attempt ends.</summary>
    private async Task AdvanceUntilAsync(JobLease lease, Task run)
    {
        while (!run.IsCompleted)
        {
            await BeatAsync(lease, run);
        }

        await run;
    }

    /// <summary>Moves the clock by one heartbeat and returns when the row shows it or the attempt is over.</summary>
    private async Task BeatAsync(JobLease lease, Task run)
    {
        const string sql = "SELECT lease_until FROM jobs WHERE id = @JobId";
        long before = await _store!.ReadAsync<long>(sql, new { lease.JobId });
        _store.Clock.Advance(_store.Options.HeartbeatInterval);
        while (!run.IsCompleted && await _store.ReadAsync<long>(sql, new { lease.JobId }) == before)
        {
            await Task.Yield();
        }
    }
}

using System.Data.Common;
using Cremona.Protocol.Errors;
using Cremona.Server.Jobs;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Jobs;

/// <summary>The queue's promises, on both databases.</summary>
public class JobQueueTests
{
    public static readonly TheoryData<StoreKind> Stores = [StoreKind.Sqlite, StoreKind.Postgres];

    private static readonly TimeSpan Lease = new JobsOptions().LeaseDuration;

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Job_TellsEachStateOnce_WhenNothingGoesWrong(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        bool published = false;

        bool ended = await store.Queue.EndAsync(
            lease,
            JobChange.Succeeded("ft:m"),
            (_, _) =>
            {
                published = true;
                return Task.CompletedTask;
            },
            default);

        ended.ShouldBeTrue();
        published.ShouldBeTrue();
        IReadOnlyList<JobEvent> events = await store.Jobs.ListEventsAsync(id, 0, 10, default);
        events.Select(row => row.State).ShouldBe(
            [JobState.Created, JobState.Pending, JobState.Running, JobState.Succeeded]);
        events.Select(row => row.Ordinal).ShouldBe([1, 2, 3, 4]);
        events[3].Result.ShouldBe("ft:m");
        events.ShouldAllBe(row => row.CreatedAt >= row.WorkedAt);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Claim_GivesEachJobToOneWorker_WhenManyClaimAtOnce(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.CreateJobAsync($"{i % 3}")));
        await store.Queue.AcceptAsync(default);
        List<string> claimed = [];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            while (claimed.Count < ids.Length)
            {
                if (await store.Queue.ClaimNextAsync($"w{worker}", default) is { } lease)
                {
                    lock (claimed)
                    {
                        claimed.Add(lease.JobId);
                    }
                }
            }
        })));

        claimed.Order().ShouldBe(ids.Order());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task LapsedLease_IsClaimedAgain_AndTheOldHolderChangesNothing(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        JobLease paused = (await store.Queue.ClaimNextAsync("paused", default))!;
        store.Clock.Advance(Lease - TimeSpan.FromMilliseconds(1));
        (await store.Queue.ExpireLeasesAsync(default)).ShouldBe(0);
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));

        // The lease has lapsed but nobody noticed yet: the holder is already without power.
        await ShouldChangeNothingAsync(store, paused);
        (await store.Queue.ExpireLeasesAsync(default)).ShouldBe(1);
        await ShouldChangeNothingAsync(store, paused);
        JobLease next = (await store.Queue.ClaimNextAsync("next", default))!;
        await ShouldChangeNothingAsync(store, paused);

        next.JobId.ShouldBe(id);
        next.Attempt.ShouldBe(2);
        (await store.Queue.EndAsync(next, JobChange.Succeeded("m"), null, default)).ShouldBeTrue();
        await ShouldChangeNothingAsync(store, paused);
        (await store.ReadEventsAsync(id)).ShouldBe(
            [JobState.Created, JobState.Pending, JobState.Running, JobState.Succeeded]);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Heartbeat_KeepsTheLease_AndWritesProgress(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        for (int i = 1; i <= 5; i++)
        {
            store.Clock.Advance(Lease / 2);
            JobProgress progress = new(i, 50, 1.5 / i, 1234.5);
            (await store.Queue.HeartbeatAsync(lease, Lease / 2, progress, default)).ShouldBeTrue();
        }

        (await store.Queue.ExpireLeasesAsync(default)).ShouldBe(0);
        Job job = (await store.Jobs.FindAsync("1", id, default))!;
        (job.Step, job.StepCount, job.TrainLoss, job.TokensPerSecond).ShouldBe((5, 50, 0.3, 1234.5));
        job.WorkedMs.ShouldBe((long)(Lease * 2.5).TotalMilliseconds);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Heartbeat_Fails_WhenItWaitedForTheStoreUntilTheLeaseLapsed(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.QueueJobAsync();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        await using WaitingSource source = new(store.Database.Source, () => store.Clock.Advance(Lease));
        JobQueue waiting = new(
            store.Database with { Source = source }, store.States, Options.Create(store.Options));

        (await waiting.HeartbeatAsync(lease, TimeSpan.Zero, null, default)).ShouldBeFalse();

        (await store.Queue.ExpireLeasesAsync(default)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task HandedBackJob_IsClaimedAtOnce_AndIsNoFailedAttempt(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.QueueJobAsync();
        JobLease first = (await store.Queue.ClaimNextAsync("a", default))!;

        (await store.Queue.HandBackAsync(first, default)).ShouldBeTrue();
        JobLease second = (await store.Queue.ClaimNextAsync("b", default))!;

        second.JobId.ShouldBe(first.JobId);
        second.Attempt.ShouldBe(2);
        second.Job.FailedAttempts.ShouldBe(0);
        (await store.Queue.HandBackAsync(first, default)).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Job_FailsWithReason_WhenTheLastAttemptIsLost(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind, options => options.AttemptsMax = 3);
        string id = await store.QueueJobAsync();
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            (await store.Queue.ClaimNextAsync("w", default)).ShouldNotBeNull().Attempt.ShouldBe(attempt);
            store.Clock.Advance(Lease);
            await store.Queue.ExpireLeasesAsync(default);
        }

        (await store.Queue.ClaimNextAsync("w", default)).ShouldBeNull();
        JobEvent last = (await store.Jobs.ListEventsAsync(id, 3, 10, default)).Single();
        last.State.ShouldBe(JobState.Failed);
        last.ErrorCode.ShouldBe((long)ApiError.Internal);
        last.ErrorText.ShouldBe("internal service error, the worker was lost in attempt 3 of 3");
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Job_GoesOn_WhileItGetsFurtherBetweenFailedAttempts(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind, options => options.AttemptsMax = 2);
        string id = await store.QueueJobAsync();
        for (int attempt = 1; attempt <= 6; attempt++)
        {
            JobLease lease = (await store.Queue.ClaimNextAsync("w", default)).ShouldNotBeNull();
            await store.Queue.HeartbeatAsync(lease, TimeSpan.Zero, new JobProgress(attempt, 50, 1, 1), default);
            if (attempt % 2 == 0)
            {
                (await store.Queue.GiveUpAsync(lease, "the disk failed", default)).ShouldBeTrue();
            }

            store.Clock.Advance(Lease);
            await store.Queue.ExpireLeasesAsync(default);
        }

        JobLease last = (await store.Queue.ClaimNextAsync("w", default)).ShouldNotBeNull();
        last.Job.FailedAttempts.ShouldBe(1);

        // Going back to a checkpoint is no progress.
        await store.Queue.HeartbeatAsync(last, TimeSpan.Zero, new JobProgress(5, 50, 1, 1), default);
        store.Clock.Advance(Lease);
        await store.Queue.ExpireLeasesAsync(default);
        (await store.Jobs.FindAsync("1", id, default))!.State.ShouldBe(JobState.Failed);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task BrokenAttempt_IsRepeatedAfterThePause_UntilAttemptsAreUsedUp(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind, options => options.AttemptsMax = 2);
        string id = await store.QueueJobAsync();
        JobLease first = (await store.Queue.ClaimNextAsync("w", default))!;
        (await store.Queue.GiveUpAsync(first, "the disk failed", default)).ShouldBeTrue();
        (await store.Queue.ClaimNextAsync("w", default)).ShouldBeNull();
        store.Clock.Advance(store.Options.RetryPause);

        JobLease second = (await store.Queue.ClaimNextAsync("w", default))!;
        (await store.Queue.GiveUpAsync(second, "the disk failed", default)).ShouldBeTrue();

        JobEvent last = (await store.Jobs.ListEventsAsync(id, 3, 10, default)).Single();
        last.ErrorText.ShouldBe("internal service error, the disk failed in attempt 2 of 2");
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Claim_TakesGroupsInTurn_WhenOneHasManyJobs(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        for (int i = 0; i < 4; i++)
        {
            await store.QueueJobAsync("busy", $"100000000000000{i}");
            store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await store.QueueJobAsync("small", "2000000000000000");
        await store.QueueJobAsync("other", "3000000000000000");

        // One worker, so nobody is running when it claims: the group that was served longest ago comes first.
        List<string> order = [];
        while (await store.Queue.ClaimNextAsync("w", default) is { } lease)
        {
            store.Clock.Advance(TimeSpan.FromMilliseconds(1));
            order.Add(lease.Job.GroupId);
            await store.Queue.EndAsync(lease, JobChange.Succeeded(""), null, default);
        }

        order.ShouldBe(["busy", "small", "other", "busy", "busy", "busy"]);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Claim_PrefersTheGroupWithFewestRunning_AndInterruptedJobs(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.QueueJobAsync("a", "1000000000000001");
        await store.QueueJobAsync("a", "1000000000000002");
        await store.QueueJobAsync("b", "2000000000000001");
        JobLease a1 = (await store.Queue.ClaimNextAsync("w1", default))!;
        JobLease b1 = (await store.Queue.ClaimNextAsync("w2", default))!;
        b1.Job.GroupId.ShouldBe("b");
        await store.QueueJobAsync("c", "3000000000000001");
        (await store.Queue.ClaimNextAsync("w3", default))!.Job.GroupId.ShouldBe("c");

        await store.Queue.HandBackAsync(a1, default);

        (await store.Queue.ClaimNextAsync("w4", default))!.JobId.ShouldBe(a1.JobId);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Accept_FillsTheQueueToItsBound_OldestFirst(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind, options => options.QueueLengthMax = 2);
        for (int i = 0; i < 3; i++)
        {
            await store.CreateJobAsync("1", $"100000000000000{i}");
            store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        (await store.Queue.AcceptAsync(default)).ShouldBe(2);
        (await store.Queue.AcceptAsync(default)).ShouldBe(0);
        (await store.Jobs.FindAsync("1", "1000000000000002", default))!.State.ShouldBe(JobState.Created);
        await store.Queue.ClaimNextAsync("w", default);
        (await store.Queue.AcceptAsync(default)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Accept_TellsPendingOnce_WhenManyProcessesAccept(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.CreateJobAsync()));

        int[] accepted = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.Queue.AcceptAsync(default))));

        accepted.Sum().ShouldBe(20);
        foreach (string id in ids)
        {
            (await store.ReadEventsAsync(id)).ShouldBe([JobState.Created, JobState.Pending]);
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task End_WritesNothing_WhenPublishingFails(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;

        // A crash between two statements of the transaction.
        Task<bool> End() => store.Queue.EndAsync(
            lease,
            JobChange.Succeeded("m"),
            async (transaction, token) =>
            {
                await store.Files.AddAsync(new(7, "1", 1, 0, "r.csv", "fine-tune-result", "", "files/7"), transaction, token);
                throw new IOException("no space left on device");
            },
            default);

        await Should.ThrowAsync<IOException>(End);
        (await store.Jobs.FindAsync("1", id, default))!.State.ShouldBe(JobState.Running);
        (await store.Files.FindAsync("1", 7, default)).ShouldBeNull();
        (await store.ReadEventsAsync(id)).ShouldBe([JobState.Created, JobState.Pending, JobState.Running]);
        (await store.Queue.EndAsync(lease, JobChange.Succeeded("m"), null, default)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task RemovedJob_IsGoneForItsOwner_AndItsRowsGoWithTheLeftovers(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        (await store.Jobs.RemoveAsync("1", id, default)).ShouldBeFalse();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        await store.Queue.EndAsync(lease, JobChange.Succeeded("m"), null, default);
        Job ended = (await store.Queue.ListUncleanAsync(default)).Single();
        (await store.Jobs.RemoveAsync("2", id, default)).ShouldBeFalse();
        (await store.Jobs.RemoveAsync("1", id, default)).ShouldBeTrue();
        (await store.Jobs.FindAsync("1", id, default)).ShouldBeNull();

        // Cleaning began before the removal: it does not count for it.
        await store.Queue.MarkCleanAsync(ended, default);
        Job removed = (await store.Queue.ListUncleanAsync(default)).Single();
        removed.RemovedAt.ShouldNotBe(0);
        await store.Queue.MarkCleanAsync(removed, default);

        (await store.ReadAsync<long>("SELECT COUNT(*) FROM jobs")).ShouldBe(0);
        (await store.ReadAsync<long>("SELECT COUNT(*) FROM job_events")).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task CancelledJob_IsCleanedOnlyWhenItsWorkerLetGo(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.AddFileAsync("1", 11);
        string id = await store.QueueJobAsync("1", null, 11);
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        (await store.Files.FindHolderAsync(11, default)).ShouldBe(id);
        (await store.Jobs.CancelAsync("2", id, default)).ShouldBeFalse();

        (await store.Jobs.CancelAsync("1", id, default)).ShouldBeTrue();

        (await store.Files.FindHolderAsync(11, default)).ShouldBeNull();
        (await store.Queue.HeartbeatAsync(lease, TimeSpan.Zero, null, default)).ShouldBeFalse();
        (await store.Queue.EndAsync(lease, JobChange.Succeeded("m"), null, default)).ShouldBeFalse();
        (await store.Queue.ListUncleanAsync(default)).ShouldBeEmpty();
        (await store.Queue.HandBackAsync(lease, default)).ShouldBeTrue();
        (await store.Queue.ListUncleanAsync(default)).Single().Id.ShouldBe(id);
        (await store.Jobs.CancelAsync("1", id, default)).ShouldBeFalse();
        (await store.ReadEventsAsync(id)).ShouldBe(
            [JobState.Created, JobState.Pending, JobState.Running, JobState.Cancelled]);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task CancelledJob_IsCleanedAgain_WhenItsWorkerLetsGoAfterItsLeaseLapsed(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        string id = await store.QueueJobAsync();
        JobLease lease = (await store.Queue.ClaimNextAsync("w", default))!;
        await store.Jobs.CancelAsync("1", id, default);
        store.Clock.Advance(Lease);
        await store.Queue.MarkCleanAsync((await store.Queue.ListUncleanAsync(default)).Single(), default);
        (await store.Queue.ListUncleanAsync(default)).ShouldBeEmpty();

        (await store.Queue.HandBackAsync(lease, default)).ShouldBeTrue();

        (await store.Queue.ListUncleanAsync(default)).Single().Id.ShouldBe(id);
    }

    private static async Task ShouldChangeNothingAsync(TestStore store, JobLease lost)
    {
        object? before = await RowAsync(store, lost.JobId);
        JobProgress progress = new(9, 9, 9, 9);
        (await store.Queue.HeartbeatAsync(lost, TimeSpan.FromSeconds(1), progress, default)).ShouldBeFalse();
        (await store.Queue.HandBackAsync(lost, default)).ShouldBeFalse();
        (await store.Queue.GiveUpAsync(lost, "x", default)).ShouldBeFalse();
        (await store.Queue.EndAsync(
            lost, JobChange.Succeeded("stolen"), (_, _) => throw new InvalidOperationException("published"), default))
            .ShouldBeFalse();
        (await RowAsync(store, lost.JobId)).ShouldBe(before);
    }

    /// <summary>Everything of the row and its events that an attempt could change.</summary>
    private static Task<string?> RowAsync(TestStore store, string id) => store.ReadAsync<string>(
        """
        SELECT state || '|' || attempt || '|' || COALESCE(lease_holder, '-') || '|' || lease_until
            || '|' || failed_attempts || '|' || worked_ms || '|' || step || '|' || cleanup_due || '|'
            || (SELECT COUNT(*) FROM job_events WHERE job_id = @id)
        FROM jobs WHERE id = @id
        """,
        new { id });

    /// <summary>A store that must be waited for.</summary>
    private sealed class WaitingSource(DbDataSource source, Action wait) : DbDataSource
    {
        public override string ConnectionString => source.ConnectionString;

        protected override DbConnection CreateDbConnection() => source.CreateConnection();

        protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            wait();
            return source.OpenConnectionAsync(cancellationToken);
        }
    }
}

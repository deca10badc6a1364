using Cremona.Protocol.Errors;
using Cremona.Server.Jobs;
using Cremona.Server.Tests.Storage;

namespace Cremona.Server.Tests.Jobs;

public class JobTransitionsTests
{
    /// <summary>The specification, written out apart from the code's table: every other pair is forbidden.</summary>
    private static readonly HashSet<(JobState From, JobState To)> Allowed =
    [
        (JobState.Created, JobState.Pending), (JobState.Created, JobState.Failed),
        (JobState.Created, JobState.Cancelled),
        (JobState.Pending, JobState.Running), (JobState.Pending, JobState.Failed),
        (JobState.Pending, JobState.Cancelled),
        (JobState.Running, JobState.Succeeded), (JobState.Running, JobState.Failed),
        (JobState.Running, JobState.Cancelled),
    ];

    [Fact]
    public void Table_AllowsExactlyTheSpecifiedPairs()
    {
        foreach (JobState from in Enum.GetValues<JobState>())
        {
            foreach (JobState to in Enum.GetValues<JobState>())
            {
                JobTransitions.IsAllowed(from, to).ShouldBe(Allowed.Contains((from, to)), $"{from} -> {to}");
            }
        }
    }

    [Fact]
    public void Table_CallsFinalWhatNothingFollows()
    {
        JobState[] final = [.. Enum.GetValues<JobState>().Where(JobTransitions.IsFinal)];

        final.ShouldBe([JobState.Succeeded, JobState.Failed, JobState.Cancelled]);
        JobTransitions.UnfinishedSql.ShouldBe("'created','pending','running'");
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Row_MovesExactlyAsTheTableAllows_ForEveryPair(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        JobChange[] changes =
        [
            JobChange.Accepted, JobChange.Started, JobChange.Succeeded("m"), JobChange.Failed(ApiError.Internal, "f"),
            JobChange.Cancelled,
        ];
        foreach (JobState from in Enum.GetValues<JobState>())
        {
            foreach (JobChange change in changes)
            {
                string id = await store.CreateJobAsync();
                await store.ExecuteAsync(
                    "UPDATE jobs SET state = @State WHERE id = @id", new { State = JobTransitions.Word(from), id });
                bool moved = false;

                await store.InTransactionAsync(async transaction =>
                    moved = await store.States.ApplyAsync(id, change, null, transaction, default));

                bool isAllowed = Allowed.Contains((from, change.State));
                moved.ShouldBe(isAllowed, $"{from} -> {change.State}");
                Job job = (await store.Jobs.FindAsync("1", id, default))!;
                job.State.ShouldBe(isAllowed ? change.State : from);
                (await store.ReadEventsAsync(id)).ShouldBe(
                    isAllowed ? [JobState.Created, change.State] : [JobState.Created]);
            }
        }
    }
}

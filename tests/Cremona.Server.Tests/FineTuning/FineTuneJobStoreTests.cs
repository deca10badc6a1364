using Cremona.Server.FineTuning;
using Cremona.Server.Models;
using Cremona.Server.Tests.Jobs;
using Cremona.Server.Tests.Storage;
using Cremona.Training;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.FineTuning;

/// <summary>What the rows of fine-tuning promise, on both databases.</summary>
public class FineTuneJobStoreTests
{
    private static readonly FineTuneOrder Order = new("nano", 7, 0, new FineTuneHyperparameters(), "x");

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Create_NeverPassesTheLimit_WhenManyCreateAtOnce(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.AddFileAsync("1", 7);
        FineTuneJobStore tasks = Tasks(store);

        FineTuneJob?[] created = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => Task.Run(() => tasks.CreateAsync(Order, "nano", "1", 100, default))));

        FineTuneJob[] jobs = [.. created.OfType<FineTuneJob>()];
        jobs.Length.ShouldBe(5);
        jobs.Select(job => job.Job.Id).Distinct().Count().ShouldBe(5);

        // The clock stands still: the names' milliseconds count up.
        long first = store.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        jobs.Select(job => job.Task.ModelName).Order().ShouldBe(
            Enumerable.Range(0, 5).Select(i => $"ft:nano_{first + i}:x"));
        (await tasks.CreateAsync(Order, "nano", "2", 100, default)).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Create_CountsModelsAndUnfinishedJobs_AndAvoidsNamesOfModels(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        await store.AddFileAsync("1", 7);
        FineTuneJobStore tasks = Tasks(store);
        TunedModelStore models = new(store.Database, store.Blobs, store.Clock);
        long now = store.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (int i in Enumerable.Range(0, 4))
        {
            TunedModel model = new($"ft:nano_{now + i}:x", "1", "nano", "nano", now + i, $"adapters/{i}", $"{i}");
            await store.InTransactionAsync(transaction => models.AddAsync(model, transaction, default));
        }

        FineTuneJob job = (await tasks.CreateAsync(Order, "nano", "1", 100, default)).ShouldNotBeNull();

        job.Task.ModelName.ShouldBe($"ft:nano_{now + 4}:x");
        (await tasks.CreateAsync(Order, "nano", "1", 100, default)).ShouldBeNull();
        (await models.ListAsync("1", default)).Select(model => model.CreatedAtMs).ShouldBe(
            [now + 3, now + 2, now + 1, now]);
        (await models.MarkDeletedAsync("2", $"ft:nano_{now}:x", default)).ShouldBeFalse();
        (await models.MarkDeletedAsync("1", $"ft:nano_{now}:x", default)).ShouldBeTrue();
        (await models.FindAsync("1", $"ft:nano_{now}:x", default)).ShouldBeNull();
        (await tasks.CreateAsync(Order, "nano", "1", 100, default)).ShouldNotBeNull();
        await store.Jobs.CancelAsync("1", job.Job.Id, default);
        (await tasks.CreateAsync(Order, "nano", "1", 100, default)).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Create_WritesNothing_WhenTheFileIsGone(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);

        Task Create() => Tasks(store).CreateAsync(Order, "nano", "1", 100, default);

        await Should.ThrowAsync<System.Data.Common.DbException>(Create);
        (await store.ReadAsync<long>("SELECT COUNT(*) FROM jobs")).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Job_IsNotFound_WhenItsIdHoldsAZeroCharacter(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        const string id = "1702558479\0";

        (await Tasks(store).FindAsync("1", id, default)).ShouldBeNull();
        (await store.Jobs.FindAsync("1", id, default)).ShouldBeNull();
        (await store.Jobs.CancelAsync("1", id, default)).ShouldBeFalse();
        (await store.Jobs.RemoveAsync("1", id, default)).ShouldBeFalse();
    }

    private static FineTuneJobStore Tasks(TestStore store) =>
        new(store.Database, store.Jobs, Options.Create(new FineTuningOptions()), store.Clock);
}

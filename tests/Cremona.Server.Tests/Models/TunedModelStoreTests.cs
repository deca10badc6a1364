using Cremona.Server.Models;
using Cremona.Server.Models.Upstream;
using Cremona.Server.Tests.FineTuning;
using Cremona.Server.Tests.Jobs;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Models;

public class TunedModelStoreTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task MarkedModel_IsFoundByNobody_UntilItsFilesAndItsRowGo(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        TunedModelStore models = Models(store);
        TunedModel model = await AddAsync(store, models, "a");

        (await models.MarkDeletedAsync("1", "a", default)).ShouldBeTrue();
        (await models.MarkDeletedAsync("1", "a", default)).ShouldBeFalse();

        (await models.FindAsync("1", "a", default)).ShouldBeNull();
        (await models.ListAsync("1", default)).ShouldBeEmpty();
        (await models.ListMarkedAsync(default)).ShouldBe([model]);
        Directory.Exists(AdapterFolder(store, "a")).ShouldBeTrue();

        await models.FreeAsync(model, default);
        await models.FreeAsync(model, default);
        Directory.Exists(AdapterFolder(store, "a")).ShouldBeFalse();
        (await models.ListMarkedAsync(default)).ShouldBe([model]);

        await models.ForgetAsync(model, default);
        (await models.ListMarkedAsync(default)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Model_IsNotFound_WhenItsIdHoldsAZeroCharacter(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);

        (await Models(store).FindAsync("1", "ft:nano\0", default)).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(JobQueueTests.Stores), MemberType = typeof(JobQueueTests))]
    public async Task Lapse_MarksWhatNobodyCalled_AndKeepsTheRest(StoreKind kind)
    {
        await using TestStore store = await TestStore.CreateAsync(kind);
        TunedModelStore models = Models(store);
        await AddAsync(store, models, "unused");
        TunedModel used = await AddAsync(store, models, "used");
        store.Clock.Advance(Week);
        await models.MarkCalledAsync(used, default);
        await AddAsync(store, models, "new");
        store.Clock.Advance(TimeSpan.FromHours(1));

        (await models.MarkLapsedAsync(store.Clock.GetUtcNow() - Week, default)).ShouldBe(1);

        (await models.ListAsync("1", default)).Select(model => model.Id).ShouldBe(["new", "used"], ignoreOrder: true);
        (await models.ListMarkedAsync(default)).Single().Id.ShouldBe("unused");
    }

    [Fact]
    public async Task Sweep_FreesAdapters_OfModelsWhoseRemovalWasInterrupted()
    {
        await using TestStore store = await TestStore.CreateAsync(StoreKind.Sqlite);
        TunedModelStore models = Models(store);
        await AddAsync(store, models, "a");
        await models.MarkDeletedAsync("1", "a", default);

        await SweepAsync(store, models, new ModelsOptions());

        Directory.Exists(AdapterFolder(store, "a")).ShouldBeFalse();
        (await store.ReadAsync<long>("SELECT COUNT(*) FROM tuned_models")).ShouldBe(0);
    }

    [Fact]
    public async Task Sweep_GoesOn_BehindAModelThatCannotBeRemoved()
    {
        await using TestStore store = await TestStore.CreateAsync(StoreKind.Sqlite);
        TunedModelStore models = Models(store);
        TunedModel faulty = new("a", "1", "nano", "nano", 0, "../elsewhere", "a"); // No key: its files cannot be freed.
        await store.InTransactionAsync(transaction => models.AddAsync(faulty, transaction, default));
        await AddAsync(store, models, "b");
        await models.MarkDeletedAsync("1", "a", default);
        await models.MarkDeletedAsync("1", "b", default);
        (await models.ListMarkedAsync(default))[0].Id.ShouldBe("a");

        await SweepAsync(store, models, new ModelsOptions());

        Directory.Exists(AdapterFolder(store, "b")).ShouldBeFalse();
        (await models.ListMarkedAsync(default)).Single().Id.ShouldBe("a");
    }

    [Fact]
    public async Task MarkCalled_Writes_OnceAnHour()
    {
        await using TestStore store = await TestStore.CreateAsync(StoreKind.Sqlite);
        TunedModelStore models = Models(store);
        await models.MarkCalledAsync(await AddAsync(store, models, "a"), default);
        TunedModel called = (await models.FindAsync("1", "a", default))!;
        called.CalledAtMs.ShouldBe(store.Clock.GetUtcNow().ToUnixTimeMilliseconds());

        store.Clock.Advance(TimeSpan.FromMinutes(59));
        await models.MarkCalledAsync(called, default);
        (await models.FindAsync("1", "a", default))!.CalledAtMs.ShouldBe(called.CalledAtMs);

        store.Clock.Advance(TimeSpan.FromMinutes(1));
        await models.MarkCalledAsync(called, default);
        (await models.FindAsync("1", "a", default))!.CalledAtMs.ShouldBeGreaterThan(called.CalledAtMs);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(7, false)]
    public async Task Sweep_LetsModelsLapse_OnlyWhereTheOperatorWantsIt(int lapseDays, bool isKept)
    {
        await using TestStore store = await TestStore.CreateAsync(StoreKind.Sqlite);
        TunedModelStore models = Models(store);
        await AddAsync(store, models, "a");
        store.Clock.Advance(Week + TimeSpan.FromHours(1));
        ModelsOptions options = new() { TunedModelLapse = TimeSpan.FromDays(lapseDays) };

        await SweepAsync(store, models, options);

        (await models.FindAsync("1", "a", default) is not null).ShouldBe(isKept);
    }

    private static TunedModelStore Models(TestStore store) => new(store.Database, store.Blobs, store.Clock);

    private static async Task SweepAsync(TestStore store, TunedModelStore models, ModelsOptions options)
    {
        using UpstreamPools pools = new(Options.Create(options), store.Clock, NullLogger<UpstreamPools>.Instance);
        TunedModelRemoval removal = new(
            models, new TinyModelHost(), pools, store.Clock, NullLogger<TunedModelRemoval>.Instance);
        using TunedModelSweep sweep = new(
            models, removal, Options.Create(options), store.Clock, NullLogger<TunedModelSweep>.Instance);
        await sweep.SweepAsync(default);
    }

    private static string AdapterFolder(TestStore store, string id) =>
        Path.Combine(store.Folder.BlobFolder, "adapters", id);

    private static async Task<TunedModel> AddAsync(TestStore store, TunedModelStore models, string id)
    {
        using (MemoryStream content = new([1, 2, 3]))
        {
            await store.Blobs.WriteAsync($"adapters/{id}/adapter_config.json", content, 10, default);
        }

        TunedModel model = new(
            id, "1", "nano", "nano", store.Clock.GetUtcNow().ToUnixTimeMilliseconds(), $"adapters/{id}", id);
        await store.InTransactionAsync(transaction => models.AddAsync(model, transaction, default));
        return model;
    }
}

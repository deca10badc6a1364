using Cremona.Server.Storage;

namespace Cremona.Server.Tests.Storage;

public class CallCountStoreTests
{
    private static readonly CallKey Key = new("1", "chatcompletion_pro", "m");

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Reservations_OfSeveralProcessesAtOnce_GetInUpToTheLimit(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        CallReservation byRequests = new(Key, Tokens: 1, RequestsMax: 37, TokensMax: 1000);
        CallReservation byTokens = new(Key with { Model = "n" }, Tokens: 10, RequestsMax: 1000, TokensMax: 375);

        IReadOnlyList<CallDecision>[] decisions = await Task.WhenAll(Enumerable.Range(0, 40).Select(call => Task.Run(
            () => store.ReserveAsync($"p{call % 4}", [], [byRequests, byTokens, byRequests, byTokens], default))));

        CallDecision[] requests = [.. decisions.SelectMany(own => new[] { own[0], own[2] })];
        requests.Count(decision => decision.Second is not null).ShouldBe(37);
        requests.Where(decision => decision.Second is null)
            .ShouldAllBe(decision => decision.LastMinute.Sum(count => count.Requests) == 37);
        decisions.Sum(own => (own[1].Second is null ? 0 : 1) + (own[3].Second is null ? 0 : 1)).ShouldBe(37);
        IReadOnlyList<CallCount> counts = await store.ListAsync("1", default);
        counts.Where(count => count.Key == Key).Sum(count => count.Requests).ShouldBe(37);
        counts.Where(count => count.Key.Model == "n").Sum(count => count.Tokens).ShouldBe(370);
        (await store.ListAsync("2", default)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tokens_AreSettled_WhileTheirSecondIsWithinTheMinute(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        CallReservation asked = new(Key, Tokens: 90, RequestsMax: 9, TokensMax: 100);
        long second = (await store.ReserveAsync("p", [], [asked], default)).Single().Second.ShouldNotBeNull();
        (await store.ReserveAsync("q", [], [asked], default)).Single().Second.ShouldBeNull();

        (await store.ReserveAsync("p", [new CallSettlement(Key, second, -85)], [asked], default))
            .Single().Second.ShouldNotBeNull();
        await store.ReserveAsync("p", [new CallSettlement(Key, second - 60, -85)], [], default);

        (await store.ListAsync("1", default)).Sum(count => count.Tokens).ShouldBe(95);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Counts_Go_WhenAMinuteHasPassed(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        CallReservation asked = new(Key, Tokens: 1, RequestsMax: 1, TokensMax: 100);
        (await store.ReserveAsync("p", [], [asked], default)).Single().Second.ShouldNotBeNull();
        CallDecision refused = (await store.ReserveAsync("q", [], [asked], default)).Single();
        refused.Second.ShouldBeNull();
        refused.LastMinute.ShouldHaveSingleItem().Age.ShouldBeInRange(0, 5);

        await test.ExecuteAsync("UPDATE call_counts SET second = second - 60");

        (await store.ListAsync("1", default)).ShouldBeEmpty();
        (await store.ReserveAsync("q", [], [asked], default)).Single().Second.ShouldNotBeNull();
        await store.BeatAsync("p", false, default);
        (await test.ReadAsync<long>("SELECT COUNT(*) FROM call_counts")).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task HandingOver_ReplacesWhatTheStoreHasOfTheProcess(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        CallReservation asked = new(Key, Tokens: 5, RequestsMax: 1000, TokensMax: 10_000);
        await store.ReserveAsync("p", [], [asked], default);
        await store.ReserveAsync("q", [], [asked], default);
        await store.BeatAsync("p", false, default);
        (await store.ListOthersAsync("q", default)).ShouldBe([new ServingProcess("p", Shares: false)]);

        await store.HandOverAsync(
            "p", () => [.. Enumerable.Range(0, 50).Select(age => new CallCount(Key, age, Requests: 2, Tokens: age))],
            default);

        IReadOnlyList<CallCount> counts = await store.ListAsync("1", default);
        counts.Sum(count => count.Requests).ShouldBe(101);
        counts.Sum(count => count.Tokens).ShouldBe(5 + (49 * 50 / 2));
        (await store.ListOthersAsync("q", default)).ShouldBe([new ServingProcess("p", Shares: true)]);
        await store.TakeBackAsync("p", default);
        (await store.ListOthersAsync("q", default)).ShouldBe([new ServingProcess("p", Shares: false)]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Heartbeat_SaysWhetherTheProcessShares_AlsoAfterItDid(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        await store.HandOverAsync("p", () => [], default);
        (await store.ListOthersAsync("q", default)).ShouldBe([new ServingProcess("p", Shares: true)]);

        await store.BeatAsync("p", false, default);

        (await store.ListOthersAsync("q", default)).ShouldBe([new ServingProcess("p", Shares: false)]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task HandingOver_OfManyGroups_FitsItsTime(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        CallCount[] counts =
        [
            .. from key in Enumerable.Range(0, 600)
               from age in Enumerable.Range(0, 50)
               select new CallCount(Key with { Model = $"m'\"{key}" }, age, Requests: 1, Tokens: key),
        ];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30)); // Of a busy machine; see the decision.

        await store.HandOverAsync("p", () => counts, limit.Token);

        (await test.ReadAsync<long>("SELECT COUNT(*) FROM call_counts")).ShouldBe(counts.Length);
        (await test.ReadAsync<long>("SELECT CAST(SUM(tokens) AS BIGINT) FROM call_counts WHERE model = 'm''\"599'"))
            .ShouldBe(50 * 599);
    }

    [Fact]
    public async Task FrozenProcess_HoldsUpTheOthers_ForTwoSecondsOnly()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Postgres);
        var store = new CallCountStore(test.Database);
        using var held = new SemaphoreSlim(0);
        using var woken = new ManualResetEventSlim();
        Task frozen = Task.Run(() => store.HandOverAsync(
            "frozen",
            () =>
            {
                held.Release();
                woken.Wait();
                return [];
            },
            default));
        await held.WaitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        CallReservation asked = new(Key, Tokens: 1, RequestsMax: 1, TokensMax: 100);
        (await store.ReserveAsync("q", [], [asked], limit.Token)).Single().Second.ShouldNotBeNull();

        woken.Set();
        await Should.ThrowAsync<Exception>(frozen);
        (await store.ListOthersAsync("q", default)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Heartbeats_Lapse_AndAClockThatWasSetBackKeepsNone(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new CallCountStore(test.Database);
        foreach (string process in new[] { "late", "ahead", "left", "well" })
        {
            await store.BeatAsync(process, true, default);
        }

        await test.ExecuteAsync("UPDATE serving_processes SET seen_at_ms = seen_at_ms - 15001 WHERE id = 'late'");
        await test.ExecuteAsync("UPDATE serving_processes SET seen_at_ms = seen_at_ms + 90000 WHERE id = 'ahead'");
        await store.LeaveAsync("left", default);

        (await store.ListOthersAsync("own", default)).ShouldBe([new ServingProcess("well", Shares: true)]);
        (await store.BeatAsync("own", false, default)).ShouldBe([new ServingProcess("well", Shares: true)]);
        (await store.ListOthersAsync("well", default)).ShouldBe([new ServingProcess("own", Shares: false)]);
        (await test.ReadAsync<long>("SELECT COUNT(*) FROM serving_processes")).ShouldBe(2);
    }
}

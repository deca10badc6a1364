using System.Data.Common;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Storage;

public class UsageStoreTests
{
    private const long DayMs = 86_400_000;

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sums_AreByDayModelAndKey_OfTheGroupAndDaysAskedFor(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new UsageStore(test.Database);
        await store.AppendAsync(
        [
            Row("a", day: 10, group: "1", model: "m"),
            Row("b", day: 10, group: "1", model: "m", status: 1013),
            Row("c", day: 10, group: "1", model: "n"),
            Row("d", day: 11, group: "1", model: "m") with { KeyId = "key_2", KeyName = "other" },
            Row("e", day: 12, group: "1", model: "m"),
            Row("f", day: 10, group: "2", model: "m"),
        ], default);

        (await store.SumAsync("1", 10, 11, default)).ShouldBe(
        [
            Sum(10, "m", "key_1", "laptop", 2, 1, 14, 2, 6),
            Sum(10, "n", "key_1", "laptop", 1, 0, 7, 1, 3),
            Sum(11, "m", "key_2", "other", 1, 0, 7, 1, 3),
        ]);
        (await store.SumAsync(null, 10, 10, default)).Sum(sum => sum.Calls).ShouldBe(4);
        (await store.SumAsync("3", 10, 11, default)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Balance_LosesWhatRowsUsed_OnceEach(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new UsageStore(test.Database);
        await store.SetBalanceAsync("1", 25, default);

        await store.AppendAsync([Row("a", 10, "1", "m"), Row("b", 10, "1", "m"), Row("x", 10, "2", "m")], default);
        await store.AppendAsync([Row("b", 10, "1", "m"), Row("c", 10, "1", "m")], default);

        (await store.FindBalanceAsync("1", default)).ShouldBe(25 - (3 * 10));
        (await store.FindBalanceAsync("2", default)).ShouldBeNull();
        (await store.ListBalancesAsync(default)).ShouldBe([new GroupBalance("1", -5)]);
        await store.SetBalanceAsync("1", null, default);
        (await store.FindBalanceAsync("1", default)).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Batch_OfManyRows_IsWrittenWhole_AndTwinsCountOnce(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new UsageStore(test.Database);
        await store.SetBalanceAsync("1", 0, default);
        await store.AppendAsync([Row("7", 10, "1", "m")], default);

        await store.AppendAsync(
            [.. Enumerable.Range(0, 100).Select(n => Row($"{n % 90}", 10, n % 2 == 0 ? "1" : "2", "m"))], default);

        (await store.SumAsync(null, 10, 10, default)).Single().Calls.ShouldBe(90);
        (await store.FindBalanceAsync("1", default)).ShouldBe(-46 * 10);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rows_GoWhenTheyAreOldEnough_AndBalancesStay(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new UsageStore(test.Database);
        await store.SetBalanceAsync("1", 100, default);
        await store.AppendAsync([Row("a", 10, "1", "m"), Row("b", 11, "1", "m"), Row("c", 12, "2", "m")], default);
        test.Clock.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(30_000 * DayMs));
        TimeSpan retention = TimeSpan.FromDays(30_000 - 12);
        using var sweep = new LedgerSweep(
            store, Options.Create(new LedgerOptions { Retention = retention }), test.Clock,
            NullLogger<LedgerSweep>.Instance);

        await sweep.SweepAsync(default);

        (await store.SumAsync(null, 0, 30_000, default)).Select(sum => sum.Day).ShouldBe([12]);
        (await store.FindBalanceAsync("1", default)).ShouldBe(80);
    }

    [Fact]
    public async Task OldRows_AreFoundByAnIndex()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using DbConnection connection = await test.Database.OpenAsync(default);

        await using DbDataReader plan = await connection.ExecuteReaderAsync(
            "EXPLAIN QUERY PLAN SELECT id FROM usage_calls WHERE at_ms < 5 LIMIT 5000");

        (await plan.ReadAsync()).ShouldBeTrue();
        plan.GetString(plan.GetOrdinal("detail")).ShouldContain("usage_calls_by_time");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Ledger_WritesTheOthers_WhenTheDatabaseRefusesARow(StoreKind kind)
    {
        await using TestStore test = await TestStore.CreateAsync(kind);
        var store = new UsageStore(test.Database);
        using UsageLedger ledger = new(store, TimeProvider.System, NullLogger<UsageLedger>.Instance);

        // PostgreSQL takes no text with a zero character, and no such long group into its index; SQLite does.
        string longGroup = string.Concat(Enumerable.Range(0, 5000));
        foreach ((string id, string group, string model) in new[]
        {
            ("a", "1", "m"), ("b", "1", "m\0"), ("c", longGroup, "m"), ("d", "1", "m"),
        })
        {
            await ledger.AddAsync(Row(id, 10, group, model));
        }

        await ledger.StartAsync(default);
        await ledger.FlushAsync(default);
        (await store.SumAsync("1", 10, 10, default)).Single(sum => sum.Model == "m").Calls.ShouldBe(2);
        await ledger.StoppedAsync(default);
    }

    private static UsageSum Sum(
        long day, string model, string keyId, string keyName,
        long calls, long failed, long input, long cached, long output) => new()
        {
            Day = day,
            Model = model,
            KeyId = keyId,
            KeyName = keyName,
            Calls = calls,
            FailedCalls = failed,
            InputTokens = input,
            CachedTokens = cached,
            OutputTokens = output,
        };

    private static UsageRow Row(string id, long day, string group, string model, long status = 0) => new(
        id, (day * DayMs) + 5, group, "key_1", "laptop", "chatcompletion_v2", model,
        InputTokens: 7, CachedTokens: 1, OutputTokens: 3, FirstTokenMs: 4, DurationMs: 5, status);
}

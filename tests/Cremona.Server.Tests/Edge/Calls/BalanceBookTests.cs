using Cremona.Server.Edge.Calls;
using Cremona.Server.Storage;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cremona.Server.Tests.Edge.Calls;

public class BalanceBookTests
{
    [Fact]
    public async Task Balance_CountsWithinASecond_WhenItIsSetBesideARunningServer()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var store = new UsageStore(test.Database);
        using UsageLedger ledger = new(store, test.Clock, NullLogger<UsageLedger>.Instance);
        var book = new BalanceBook(store, ledger, test.Clock);

        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        await store.SetBalanceAsync("1", 0, default);
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await book.HasTokensAsync("1", default)).ShouldBeFalse();
        await store.SetBalanceAsync("1", 5, default);
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Balance_LosesAtOnce_WhatEndsInThisProcess()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var store = new UsageStore(test.Database);
        using UsageLedger ledger = new(store, test.Clock, NullLogger<UsageLedger>.Instance);
        await ledger.StartAsync(default);
        var book = new BalanceBook(store, ledger, test.Clock);
        await store.SetBalanceAsync("1", 20, default);

        // The clock stands: nothing is asked or written because time has passed.
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        await ledger.AddAsync(Row("a", 15));
        book.Spend("1", 15);
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        await ledger.AddAsync(Row("b", 5));
        book.Spend("1", 5);

        (await book.HasTokensAsync("1", default)).ShouldBeFalse();
        (await book.HasTokensAsync("2", default)).ShouldBeTrue();
        await ledger.StoppedAsync(default);
    }

    [Fact]
    public async Task UsedUpBalance_LetsNobodyIn_UntilItIsWritten()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var store = new UsageStore(test.Database);
        using UsageLedger ledger = new(store, test.Clock, NullLogger<UsageLedger>.Instance);
        var book = new BalanceBook(store, ledger, test.Clock);
        await store.SetBalanceAsync("1", 30, default);
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        await ledger.AddAsync(Row("a", 20));
        book.Spend("1", 20);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await book.HasTokensAsync("1", default)).ShouldBeTrue(); // Asked anew: not written yet, and not forgotten.
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.SetBalanceAsync("1", 15, default); // Another process has spent as well.

        ValueTask<bool> first = book.HasTokensAsync("1", default);
        await ledger.StartAsync(default);
        (await first).ShouldBeFalse();
        (await book.HasTokensAsync("1", default)).ShouldBeFalse();
        await ledger.StoppedAsync(default);
    }

    [Fact]
    public async Task UsedUpBalance_IsRefused_WhenTheLedgerCannotBeWritten()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var store = new UsageStore(test.Database);
        using UsageLedger ledger = new(store, test.Clock, NullLogger<UsageLedger>.Instance); // Does not begin.
        var book = new BalanceBook(store, ledger, test.Clock);
        await store.SetBalanceAsync("1", 20, default);
        (await book.HasTokensAsync("1", default)).ShouldBeTrue();
        await ledger.AddAsync(Row("a", 20));
        book.Spend("1", 20);

        Task<bool>[] calls = [.. Enumerable.Range(0, 3).Select(_ => book.HasTokensAsync("1", default).AsTask())];
        calls.ShouldAllBe(call => !call.IsCompleted);
        test.Clock.Advance(TimeSpan.FromSeconds(2));
        (await Task.WhenAll(calls)).ShouldBe([false, false, false]);
    }

    private static UsageRow Row(string id, long tokens) => new(id, 0, "1", "", "", "x", "m", tokens, 0, 0, null, 1, 0);
}

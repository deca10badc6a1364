using System.Text.Json;
using Cremona.Server.Edge.Calls;
using Cremona.Server.Models;
using Cremona.Server.Storage;
using Cremona.Server.Tests.Chat;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cremona.Server.Tests.Usage;

public class UsageTests
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Hello = """{"model":"nano","messages":[{"role":"user","content":"你好"}]}""";

    [Fact]
    public async Task Usage_TellsTheGroupsCalls_FailedOnesToo()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_702_558_479));
        await using ServerFixture server = await ServerFixture.StartAsync(
            null,
            services => services.AddSingleton<TimeProvider>(clock).AddSingleton<IModelReader>(new ScriptedModel()));
        using HttpClient one = await server.CreateGroupClientAsync("1");
        using HttpClient other = await server.CreateGroupClientAsync("2");
        await one.PostJsonAsync(V2, Hello);
        await one.PostStreamAsync("/v1/chat/completions", Hello.Replace("{\"model\":\"nano\",", "{\"model\":\"abab6-chat\",\"stream\":true,\"n\":2,", StringComparison.Ordinal));
        await one.PostJsonAsync(V2, """{"model":"nope","messages":[{"role":"user","content":"x"}]}""");
        await other.PostJsonAsync(V2, Hello);

        string usage = (await one.GetJsonAsync("/v1/usage?to=2023-12-14&from=2023-12-14")).GetRawText();

        usage = System.Text.RegularExpressions.Regex.Replace(usage, "key_[0-9a-f]{16}", "KEY");
        usage.ShouldBe(
            """{"from":"2023-12-14","to":"2023-12-14","total":{"calls":3,"failed_calls":1,"input_tokens":14,"cached_tokens":0,"output_tokens":6},"by_day":[{"name":"2023-12-14","calls":3,"failed_calls":1,"input_tokens":14,"cached_tokens":0,"output_tokens":6}],"by_model":[{"name":"abab6-chat","calls":1,"failed_calls":0,"input_tokens":7,"cached_tokens":0,"output_tokens":4},{"name":"nano","calls":1,"failed_calls":0,"input_tokens":7,"cached_tokens":0,"output_tokens":2},{"name":"nope","calls":1,"failed_calls":1,"input_tokens":0,"cached_tokens":0,"output_tokens":0}],"by_key":[{"id":"KEY","name":"test","calls":3,"failed_calls":1,"input_tokens":14,"cached_tokens":0,"output_tokens":6}],"base_resp":{"status_code":0,"status_msg":"success"}}""");
        (await one.GetJsonAsync("/v1/usage")).GetProperty("from").GetString().ShouldBe("2023-11-15");
    }

    [Theory]
    [InlineData("from=yesterday", "from must be a day from 1970 on, written as 2026-11-28")]
    [InlineData("from=2023-12-15&to=2023-12-14", "from 2023-12-15 to 2023-12-14 must be 1 to 366 days, the first day first")]
    [InlineData("from=2021-12-15&to=2023-12-14", "from 2021-12-15 to 2023-12-14 must be 1 to 366 days, the first day first")]
    public async Task Days_AreChecked(string query, string refusal)
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());

        (await server.Client.GetJsonAsync("/v1/usage?" + query)).StatusMessage().ShouldBe("invalid params, " + refusal);
    }

    [Fact]
    public async Task CallsOfAnyEnd_AreInTheLedger_AfterACleanStop()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-ledger-").FullName;
        var model = new ScriptedModel();
        await using (ServerFixture server = await ServerFixture.StartAsync(
            folder, services => services.AddSingleton<IModelReader>(model)))
        {
            for (int call = 0; call < 20; call++)
            {
                await server.Client.PostJsonAsync(V2, Hello);
            }

            await LeaveAsync(server.Client);
            await model.Engine.Cancelled.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await using (ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
        {
            UsageSum sum = (await server.Services.GetRequiredService<IUsageStore>()
                .SumAsync(null, 0, 1_000_000, CancellationToken.None)).ShouldHaveSingleItem();
            sum.Calls.ShouldBe(21);
            sum.FailedCalls.ShouldBe(1);
            sum.OutputTokens.ShouldBe(42); // Two of each, also of the call that was left.
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Group_IsRefused_WhenItsBalanceIsUsedUp()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        IUsageStore store = server.Services.GetRequiredService<IUsageStore>();
        await store.SetBalanceAsync("1000000000", 5, CancellationToken.None);

        (await server.Client.PostJsonAsync(V2, Hello)).StatusCode().ShouldBe(0);
        await server.Services.GetRequiredService<UsageLedger>().FlushAsync(CancellationToken.None);
        JsonElement refused = await server.Client.PostJsonAsync(V2, Hello);

        refused.StatusCode().ShouldBe(1008);
        refused.StatusMessage().ShouldBe("insufficient balance");
        (await store.FindBalanceAsync("1000000000", CancellationToken.None)).ShouldBe(-4);
    }

    [Fact]
    public async Task Ledger_WritesWhatWaited_WhenTheStoreComesBack()
    {
        var store = new BrokenStore { FaultsLeft = 2 };
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        using var ledger = new UsageLedger(store, clock, NullLogger<UsageLedger>.Instance);
        await ledger.StartAsync(CancellationToken.None);

        await ledger.AddAsync(new UsageRow("a", 0, "1", "", "", "x", "m", 1, 0, 1, null, 1, 0));
        Task flushed = ledger.FlushAsync(CancellationToken.None);
        while (!flushed.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        store.Rows.ShouldHaveSingleItem().Id.ShouldBe("a");
        await ledger.StoppedAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Ledger_WritesByItself_WhatHasGathered()
    {
        var store = new BrokenStore();
        var clock = new FakeTimeProvider();
        using var ledger = new UsageLedger(store, clock, NullLogger<UsageLedger>.Instance);
        await ledger.StartAsync(CancellationToken.None);

        await ledger.AddAsync(new UsageRow("a", 0, "1", "", "", "x", "m", 1, 0, 1, null, 1, 0));
        await ledger.AddAsync(new UsageRow("b", 0, "1", "", "", "x", "m", 1, 0, 1, null, 1, 0));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (store.Rows.Count < 2)
        {
            limit.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await ledger.StoppedAsync(CancellationToken.None);
    }

    private static async Task LeaveAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(V2, UriKind.Relative))
        {
            Content = new StringContent(
                """{"model":"nano","stream":true,"messages":[{"role":"user","content":"for ever"}]}"""),
        };
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadAtLeastAsync(new byte[1], 1);
    }

    private sealed class BrokenStore : IUsageStore
    {
        public int FaultsLeft { get; set; }

        public List<UsageRow> Rows { get; } = [];

        public Task AppendAsync(IReadOnlyCollection<UsageRow> rows, CancellationToken cancellationToken)
        {
            if (FaultsLeft-- > 0)
            {
                throw new IOException("the store is away");
            }

            Rows.AddRange(rows);
            return Task.CompletedTask;
        }

        public Task<long> DeleteBeforeAsync(long atMs, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<UsageSum>> SumAsync(
            string? groupId, long fromDay, long toDay, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long?> FindBalanceAsync(string groupId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task SetBalanceAsync(string groupId, long? tokensLeft, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<GroupBalance>> ListBalancesAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}

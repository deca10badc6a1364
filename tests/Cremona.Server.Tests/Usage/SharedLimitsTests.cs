using System.Text.Json;
using Cremona.Server.Models;
using Cremona.Server.Tests.Models;
using Cremona.Server.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Usage;

/// <summary>Several servers on one store.</summary>
public class SharedLimitsTests
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Hello = """{"model":"nano","max_tokens":10,"messages":[{"role":"user","content":"你好"}]}""";

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Burst_OverTwoServers_GetsInUpToTheLimit(StoreKind kind)
    {
        await using var store = await SharedStore.CreateAsync(kind);
        await using ServerFixture first = await store.StartAsync("--CallLimits:RequestsPerMinute=10");
        await using ServerFixture second = await store.StartAsync("--CallLimits:RequestsPerMinute=10");

        int[] codes = await CallAsync(20, first, second);

        codes.Count(code => code == 0).ShouldBe(10);
        codes.Count(code => code == 1002).ShouldBe(10);
        foreach (ServerFixture server in new[] { first, second })
        {
            JsonElement limits = (await server.Client.GetJsonAsync("/v1/limits")).GetProperty("limits")[0];
            limits.GetProperty("requests_per_minute").GetProperty("used").GetInt64().ShouldBe(10);
            limits.GetProperty("tokens_per_minute").GetProperty("used").GetInt64().ShouldBe(10 * 9); // 7 in, 2 out
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task CallsOfAServerAlone_Count_WhenAnotherStarts(StoreKind kind)
    {
        await using var store = await SharedStore.CreateAsync(kind);
        await using ServerFixture first = await store.StartAsync("--CallLimits:TokensPerMinute=60");
        (await CallAsync(3, first)).ShouldBe([0, 0, 0]); // 27 tokens

        await using (ServerFixture second = await store.StartAsync("--CallLimits:TokensPerMinute=60"))
        {
            (await CallAsync(2, second)).ShouldBe([0, 0]); // 45
            (await CallAsync(1, first)).ShouldBe([0]); // 54
            (await CallAsync(1, second)).ShouldBe([1039]);
        }

        (await CallAsync(1, first)).ShouldBe([1039]); // What the other let in counts for its minute.
    }

    private static Task<int[]> CallAsync(int count, params ServerFixture[] servers) => Task.WhenAll(
        Enumerable.Range(0, count).Select(async call =>
            (await servers[call % servers.Length].Client.PostJsonAsync(V2, Hello)).StatusCode()));

    private sealed class SharedStore : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("cremona-shared-").FullName;
        private PostgresSchema? _schema;

        public static async Task<SharedStore> CreateAsync(StoreKind kind) => new()
        {
            _schema = kind == StoreKind.Postgres ? await PostgresSchema.CreateAsync() : null,
        };

        public Task<ServerFixture> StartAsync(string setting) => ServerFixture.StartAsync(
            _folder, services => services.AddSingleton<IModelReader>(new ScriptedModel()),
            [setting, .. _schema is null ? (string[])[] : [$"--Storage:ConnectionString={_schema.ConnectionString}"]]);

        public async ValueTask DisposeAsync()
        {
            if (_schema is not null)
            {
                await _schema.DisposeAsync();
            }

            Directory.Delete(_folder, recursive: true);
        }
    }
}

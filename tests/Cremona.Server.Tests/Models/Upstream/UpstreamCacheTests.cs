using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>What another server has computed of one group's prompts tells no other group about them.</summary>
public class UpstreamCacheTests
{
    private const string Body = """{"model":"far","messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task Groups_HaveSaltsOfTheirOwn_ThatDoNotNameThem()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(AnswerFromCacheAsync);
        await using ServerFixture server =
            await UpstreamServer.StartAsync([fake.Url], UpstreamServer.Setting("SaltsCache=true"));
        using HttpClient one = await server.CreateGroupClientAsync("1684765387");
        using HttpClient other = await server.CreateGroupClientAsync("1684765388");

        JsonElement answer = await one.PostJsonAsync("/v1/chat/completions", Body);
        await one.PostJsonAsync("/v1/chat/completions", Body);
        await other.PostJsonAsync("/v1/chat/completions", Body);

        CachedTokens(answer).ShouldBe(8);
        string[] salts = [.. fake.Bodies.Select(body =>
            JsonSerializer.Deserialize<JsonElement>(body).GetProperty("cache_salt").GetString()!)];
        salts[0].Length.ShouldBe(64);
        salts[1].ShouldBe(salts[0]);
        salts[2].ShouldNotBe(salts[0]);
        fake.Bodies.ShouldAllBe(body => !body.Contains("1684765387"));
    }

    [Fact]
    public async Task CachedTokens_AreNotTold_WhereGroupsShareTheCache()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(AnswerFromCacheAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync("/v1/chat/completions", Body);

        CachedTokens(answer).ShouldBe(0);
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().ShouldBe(11);
        fake.Bodies.Single().ShouldNotContain("cache_salt");
        (await server.Client.GetJsonAsync("/v1/usage")).GetProperty("total").GetProperty("cached_tokens").GetInt64()
            .ShouldBe(0);
    }

    private static int CachedTokens(JsonElement answer) => answer.GetProperty("usage")
        .GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();

    private static Task AnswerFromCacheAsync(HttpContext http) => FakeUpstream.SendAsync(
        http, FakeUpstream.Delta("Hello"), """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
        """{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":8}}}""");
}

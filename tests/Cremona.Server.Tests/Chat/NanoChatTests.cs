using System.Text.Json;
using Cremona.Server.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Chat;

/// <summary>The embedded model through the whole house: template, tokenizer, engine, wire.</summary>
public class NanoChatTests
{
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string V2 = "/v1/text/chatcompletion_v2";

    [Fact]
    public async Task SameSeed_SaysTheSame_WholeOrInPieces_AloneOrAmongOthers()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        string alone = Reply(await server.Client.PostJsonAsync(Ccp, Body(7, isStream: false)));

        JsonElement[] among = await Task.WhenAll(Enumerable.Range(1, 6).Append(7)
            .Select(seed => server.Client.PostJsonAsync(Ccp, Body(seed, isStream: false))));
        JsonElement[] events = await StreamAsync(server, Body(7, isStream: true));

        alone.ShouldNotBeEmpty();
        Reply(among[^1]).ShouldBe(alone);
        Reply(events[^1]).ShouldBe(alone);
        string.Concat(events[..^1].Select(Text)).ShouldBe(alone);
        among.Select(Reply).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Usage_CountsPromptAndOutput_AndTheLimitIsKept()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        JsonElement answer = await server.Client.PostJsonAsync(
            V2, """{"model":"nano","max_tokens":2,"seed":1,"messages":[{"role":"user","content":"Tell me about the sea."}]}""");

        answer.StatusCode().ShouldBe(0);
        JsonElement usage = answer.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBe(2);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(usage.GetProperty("prompt_tokens").GetInt32() + 2);
        answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
    }

    [Fact]
    public async Task Readyz_IsReady_OnceTheEmbeddedModelIsLoaded()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Models:Preloaded=nano");
        ModelPreloadWorker preload = server.Services.GetRequiredService<ModelPreloadWorker>();
        await preload.ExecuteTask!;

        (await server.Client.GetJsonAsync("/readyz")).GetProperty("status").GetString().ShouldBe("ready");
    }

    private static string Body(int seed, bool isStream) => $$"""
        {"model":"abab5.5-chat-240119","seed":{{seed}},"tokens_to_generate":24,"stream":{{(isStream ? "true" : "false")}},
         "bot_setting":[{"bot_name":"MM","content":"MM is a polite baker."}],
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM"},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"Hello, who are you?"}]}
        """;

    private static async Task<JsonElement[]> StreamAsync(ServerFixture server, string body)
    {
        using var content = new StringContent(body);
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(Ccp, UriKind.Relative), content);
        string text = await answer.Content.ReadAsStringAsync();
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..])),
        ];
    }

    private static string Reply(JsonElement answer) => answer.GetProperty("reply").GetString()!;

    private static string Text(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("messages")[0].GetProperty("text").GetString()!;
}

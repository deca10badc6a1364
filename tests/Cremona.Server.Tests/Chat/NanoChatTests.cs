using System.Text.Json;
using Cremona.Server.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Chat;

/// <summary>The embedded model through the whole house: template, tokenizer, engine, wire.</summary>
public class NanoChatTests
{
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string Alias = "/v1/chat/completions";
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
    public async Task Conversation_IsComputedOnce_ForEachGroup_AndTheLedgerTells()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using HttpClient one = await server.CreateGroupClientAsync("1");
        using HttpClient other = await server.CreateGroupClientAsync("2");
        string turn = string.Concat(Enumerable.Repeat("Tell me about the sea and the sky. ", 12));
        string body =
            $$"""{"model":"nano","max_tokens":2,"seed":1,"messages":[{"role":"user","content":"{{turn}}"}]}""";

        JsonElement first = await one.PostJsonAsync(Alias, body);
        JsonElement again = await one.PostJsonAsync(Alias, body);
        JsonElement elsewhere = await other.PostJsonAsync(Alias, body);

        Cached(first).ShouldBe(0);
        Cached(again).ShouldBeGreaterThan(0);
        Cached(again).ShouldBeLessThan(again.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Cached(elsewhere).ShouldBe(0);
        again.GetProperty("choices").GetRawText().ShouldBe(first.GetProperty("choices").GetRawText());
        JsonElement usage = await one.GetJsonAsync("/v1/usage");
        usage.GetProperty("total").GetProperty("cached_tokens").GetInt32().ShouldBe(Cached(again));

        static int Cached(JsonElement answer) =>
            answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
    }

    [Fact]
    public async Task Readyz_IsReady_OnceTheEmbeddedModelIsLoaded()
    {
        await using ServerFixture server = await ServerFixture.StartAsync("--Models:Preloaded=nano");
        ModelPreloadWorker preload = server.Services.GetRequiredService<ModelPreloadWorker>();
        await preload.ExecuteTask!;

        (await server.Client.GetJsonAsync("/readyz")).GetProperty("status").GetString().ShouldBe("ready");
    }

    [Fact]
    public async Task Glyph_HoldsTheAnswerToItsForm()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        string raw = Glyph("""{"type":"raw","raw_glyph":"The translated text：{{gen 'content' blank_max_tokens=5}}!"}""");
        string values = Glyph("""{"type":"json_value","json_properties":{"name":{"type":"string"},"age":{"type":"number"}}}""");

        JsonElement rawAnswer = await server.Client.PostJsonAsync(Ccp, raw);
        string text = Reply(rawAnswer);
        text.ShouldStartWith("The translated text：");
        text.ShouldEndWith("!");
        rawAnswer.GetProperty("glyph_result").GetProperty("content").GetString()
            .ShouldBe(text["The translated text：".Length..^1]);

        JsonElement streamed = await server.Client.PostJsonAsync(
            Ccp, raw.Replace("\"stream\":false", "\"stream\":true", StringComparison.Ordinal));
        streamed.StatusCode().ShouldBe(2013);
        streamed.StatusMessage().ShouldContain("stream does not go with reply_constraints.glyph");

        JsonElement answer = await server.Client.PostJsonAsync(Ccp, values);
        if (answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString() != "stop") return;
        JsonElement value = JsonSerializer.Deserialize<JsonElement>(Reply(answer));
        value.GetProperty("age").ValueKind.ShouldBe(JsonValueKind.Number);
        Reply(answer).ShouldStartWith("{\n  \"");
    }

    [Fact]
    public async Task ResponseFormat_HoldsTheAnswerToItsSchema()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        const string Schema = """
            {"type":"object","properties":{"city":{"enum":["Rome","Oslo"]},"degrees":{"type":"integer","minimum":-50,"maximum":50}},
             "required":["city","degrees"],"additionalProperties":false}
            """;
        for (int seed = 1; seed <= 4; seed++)
        {
            string format = "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"w\",\"schema\":" + Schema + "}}";
            JsonElement answer = await server.Client.PostJsonAsync(V2, $$"""
                {"model":"nano","seed":{{seed}},"messages":[{"role":"user","content":"How warm is it?"}],
                 "response_format":{{format}}}
                """);
            JsonElement choice = answer.GetProperty("choices")[0];
            choice.GetProperty("finish_reason").GetString().ShouldBe("stop");
            string content = choice.GetProperty("message").GetProperty("content").GetString()!;
            JsonElement value = JsonSerializer.Deserialize<JsonElement>(content);
            value.GetProperty("city").GetString().ShouldBeOneOf("Rome", "Oslo");
            value.GetProperty("degrees").GetInt32().ShouldBeInRange(-50, 50);
        }
    }

    [Fact]
    public async Task RequiredTool_IsCalled_WithArgumentsOfItsSchema()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"get_weather","description":"Tells the weather.","parameters":
            {"type":"object","properties":{"city":{"enum":["Rome","Oslo"]},"days":{"type":"integer","minimum":1,"maximum":9}},
             "required":["city","days"],"additionalProperties":false}}}],"tool_choice":"required","parallel_tool_calls":false
            """;
        for (int seed = 1; seed <= 3; seed++)
        {
            JsonElement answer = await server.Client.PostJsonAsync(V2, $$"""
                {"model":"nano","seed":{{seed}},{{Tools}},"messages":[{"role":"user","content":"How warm is it in Rome?"}]}
                """);
            JsonElement choice = answer.GetProperty("choices")[0];
            choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
            JsonElement call = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
            call.GetProperty("name").GetString().ShouldBe("get_weather");
            var arguments = JsonSerializer.Deserialize<JsonElement>(call.GetProperty("arguments").GetString()!);
            arguments.GetProperty("city").GetString().ShouldBeOneOf("Rome", "Oslo");
            arguments.GetProperty("days").GetInt32().ShouldBeInRange(1, 9);
        }
    }

    private static string Glyph(string glyph) => $$"""
        {"model":"abab5.5-chat-240119","seed":3,"tokens_to_generate":200,"stream":false,
         "bot_setting":[{"bot_name":"MM","content":"MM is a polite baker."}],
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{{glyph}}},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"Hello, who are you?"}]}
        """;

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

using System.Text.Json;
using Cremona.Server.Tests.Chat;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>Functions go out to the other server and its calls come back, in every form of the wire.</summary>
public class UpstreamToolsTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object","properties":{"town":{"type":"string"}}}}}]
        """;

    private static readonly string[] Call =
    [
        """{"choices":[{"index":0,"delta":{"role":"assistant","content":"\n\n"}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-9","type":"function","function":{"name":"weather","arguments":""}}]}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"town\":"}}]}}]}""",
        """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" \"Cremona\"}"}}]}}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
        """{"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}}""",
    ];

    [Fact]
    public async Task Call_ComesBackWhole()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(http, Call));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/chat/completions",
            $$"""{"model":"far",{{Tools}},"tool_choice":"required","parallel_tool_calls":false,"messages":[{"role":"user","content":"hi"}]}""");

        JsonElement choice = answer.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        JsonElement call = choice.GetProperty("message").GetProperty("tool_calls")[0];
        call.GetProperty("id").GetString().ShouldBe("c-9");
        call.GetProperty("function").ToString().ShouldBe("""{"name":"weather","arguments":"{\"town\": \"Cremona\"}"}""");
        string body = fake.Bodies.Single();
        body.ShouldContain("""
            "tools":[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object","properties":{"town":{"type":"string"}}}}}],"tool_choice":{"type":"function","function":{"name":"weather"}},"parallel_tool_calls":false
            """.Trim());
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", false)]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"object","properties":{"b":{}}}},"required":["a"],"additionalProperties":false}""",
        false)]
    [InlineData("""{"type":"object"}""", false)]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":["object","null"]}},"required":["a"],"additionalProperties":false}""",
        false)]
    public async Task Functions_AreStrict_WhereOpenAIAllowsIt(string parameters, bool isStrict)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        await server.Client.PostJsonAsync(
            "/v1/chat/completions",
            $$$"""{"model":"far","tools":[{"function":{"name":"f","parameters":{{{parameters}}}}}],"messages":[{"role":"user","content":"hi"}]}""");

        fake.Bodies.Single().Contains("\"strict\":true", StringComparison.Ordinal).ShouldBe(isStrict);
    }

    [Theory]
    [InlineData(
        """
        "response_format":{"type":"json_schema","json_schema":{"schema":{"minLength":1,"enum":[{"minLength":2}],"anyOf":[{"minLength":3}],"properties":{"minLength":{"minLength":4}}}}}
        """,
        """{"enum":[{"minLength":2}],"anyOf":[{}],"properties":{"minLength":{}}}""",
        "#/minLength, #/anyOf/0/minLength, #/properties/minLength/minLength")]
    [InlineData(
        """
        "tools":[{"function":{"name":"f","parameters":{"type":"object","properties":{"a/b":{"minLength":4}}}}}]
        """,
        """{"type":"object","properties":{"a/b":{}}}""",
        "f#/properties/a~1b/minLength")]
    public async Task RelaxedKeywords_AreNotSent_AndTold(string schema, string sent, string told)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);
        using var body = new StringContent(
            $$"""{"model":"far","relaxed_keywords":["minLength"],{{schema}},"messages":[{"role":"user","content":"hi"}]}""");

        using HttpResponseMessage answer = await server.Client.PostAsync(
            new Uri("/v1/chat/completions", UriKind.Relative), body);

        answer.Headers.GetValues("Cremona-Ignored-Keywords").Single().ShouldBe(told);
        fake.Bodies.Single().ShouldContain(sent);
    }

    [Theory]
    [InlineData(true, "stop", "tool_calls")]
    [InlineData(true, "length", "length")]
    [InlineData(false, "tool_calls", "stop")]
    public async Task FinishReason_FollowsWhatCame_NotWhatTheServerSays(bool calls, string told, string expected)
    {
        string said = calls
            ? """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-1","function":{"name":"weather","arguments":"{}"}}]}}]}"""
            : FakeUpstream.Delta("Hello");
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http, said, $$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{told}}"}]}"""));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/chat/completions", $$"""{"model":"far",{{Tools}},"messages":[{"role":"user","content":"hi"}]}""");

        answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe(expected);
    }

    [Fact]
    public async Task CallsWithoutIds_StayApart_WhereTheArgumentsAreWhole()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http,
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"weather","arguments":"{\"town\":"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"weather","arguments":"\"A\"}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"weather","arguments":"{\"town\":\"B\"}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"""));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/chat/completions", $$"""{"model":"far",{{Tools}},"messages":[{"role":"user","content":"hi"}]}""");

        JsonElement calls = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls");
        calls.EnumerateArray().Select(call => call.GetProperty("function").GetProperty("arguments").GetString())
            .ShouldBe(["{\"town\":\"A\"}", "{\"town\":\"B\"}"]);
    }

    [Fact]
    public async Task CallsOfOneIndex_StayApart_ByTheirIds()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http,
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-1","type":"function","function":{"name":"weather","arguments":"{\"town\":\"A\"}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-2","type":"function","function":{"name":"weather","arguments":"{\"town\":"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-3","function":{"arguments":"\"B\"}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"""));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/chat/completions", $$"""{"model":"far",{{Tools}},"messages":[{"role":"user","content":"hi"}]}""");

        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").ToString().ShouldBe("""
            [{"id":"c-1","type":"function","function":{"name":"weather","arguments":"{\"town\":\"A\"}"}},{"id":"c-2","type":"function","function":{"name":"weather","arguments":"{\"town\":\"B\"}"}}]
            """.Trim());
    }

    [Fact]
    public async Task SevereWord_BehindEscapes_IsFoundInArguments()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http,
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-1","function":{"name":"weather","arguments":"{\"town\":\"\\u574"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"f\\u4eba\"}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"""));
        string list = Path.GetTempFileName();
        await File.WriteAllTextAsync(list, "坏人\n");
        await using ServerFixture server = await UpstreamServer.StartAsync(
            [fake.Url], $"--SensitiveWords:Lists:0:Path={list}", "--SensitiveWords:Lists:0:Category=1");

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/text/chatcompletion_v2", $$"""{"model":"far",{{Tools}},"messages":[{"role":"user","content":"hi"}]}""");

        answer.StatusCode().ShouldBe(1027);
        File.Delete(list);
    }

    [Fact]
    public async Task Call_ComesBackInPieces()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(http, Call));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement[] events = await server.Client.PostStreamAsync(
            "/v1/chat/completions",
            $$"""{"model":"far","stream":true,{{Tools}},"messages":[{"role":"user","content":"hi"}]}""");

        string arguments = string.Concat(
            from item in events
            let delta = item.GetProperty("choices")[0].GetProperty("delta")
            where delta.TryGetProperty("tool_calls", out _)
            select delta.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        arguments.ShouldBe("""{"town": "Cremona"}""");
        fake.Bodies.Single().ShouldContain("\"tool_choice\":\"auto\"");
    }

    [Fact]
    public async Task Pro_GetsTheCallAsItsFunctionCall()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(http, Call));
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        JsonElement answer = await server.Client.PostJsonAsync(
            "/v1/text/chatcompletion_pro",
            """{"model":"far","bot_setting":[{"bot_name":"M","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"M"},"functions":[{"name":"weather","description":"d","parameters":{"type":"object"}}],"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"}]}""");

        answer.GetProperty("reply").GetString().ShouldBe("");
        answer.GetProperty("function_call").ToString()
            .ShouldBe("""{"name":"weather","arguments":"{\"town\": \"Cremona\"}"}""");
    }

    [Fact]
    public async Task CallsAndResults_GoOutInTheOtherServersWords()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        await server.Client.PostJsonAsync(
            "/v1/chat/completions",
            $$$"""{"model":"far",{{{Tools}}},"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"","tool_calls":[{"id":"c-1","type":"function","function":{"name":"weather","arguments":"{\"town\":\"B\"}"}}]},{"role":"tool","tool_call_id":"c-1","content":"rain"}]}""");

        fake.Bodies.Single().ShouldContain("""
            {"role":"assistant","content":"","tool_calls":[{"id":"c-1","type":"function","function":{"name":"weather","arguments":"{\"town\":\"B\"}"}}]},{"role":"tool","tool_call_id":"c-1","content":"rain"}]
            """.Trim());
    }

    [Fact]
    public async Task CallsWithoutIds_GetOnesThatTheirResultsName()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server = await UpstreamServer.StartAsync([fake.Url]);

        await server.Client.PostJsonAsync(
            "/v1/text/chatcompletion_pro",
            """{"model":"far","bot_setting":[{"bot_name":"M","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"M"},"functions":[{"name":"weather","description":"d","parameters":{"type":"object"}}],"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"},{"sender_type":"BOT","sender_name":"M","text":"","function_call":{"name":"weather","arguments":"{}"}},{"sender_type":"FUNCTION","sender_name":"weather","text":"rain"}]}""");

        string body = fake.Bodies.Single();
        body.ShouldContain("\"tool_calls\":[{\"id\":\"call_0\"");
        body.ShouldContain("""{"role":"tool","tool_call_id":"call_0","content":"rain"}""");
    }
}

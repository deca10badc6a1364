using System.Text.Json;
using System.Text.RegularExpressions;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>Functions that a request offers, the calls of the answer in every form of the wire, and results that are
/// fed back.</summary>
public sealed partial class ChatToolTests : IAsyncLifetime
{
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";

    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
                 {"type":"function","function":{"name":"get_time","parameters":"{\"type\":\"object\"}"}}]
        """;

    private const string Functions = """
        "functions":[{"name":"get_weather","parameters":{"parameters_str":"{\"type\":\"object\"}"}}],"bot_setting":[{"bot_name":"MM","content":"x"}],
        "reply_constraints":{"sender_type":"BOT","sender_name":"MM"}
        """;

    private readonly ScriptedModel _model = new() { ToolCallForm = ToolCallForm.Tagged };
    private ServerFixture _server = null!;

    public async ValueTask InitializeAsync() => _server = await ChatServer.StartAsync(_model);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task V2_AnswersWithCalls_BehindTheText()
    {
        string answer = await PostAsync(V2, Body("weather and time"));
        answer.ShouldBe("""
            {"id":"TRACE","choices":[{"finish_reason":"tool_calls","index":0,"message":{"content":"I look.","role":"assistant","tool_calls":[{"id":"CALL","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"}},{"id":"CALL","type":"function","function":{"name":"get_time","arguments":"{}"}}]}}],"created":NOW,"model":"nano","object":"chat.completion","usage":{"total_tokens":54,"total_characters":0,"prompt_tokens":46,"completion_tokens":8},"input_sensitive":false,"output_sensitive":false,"input_sensitive_type":0,"output_sensitive_type":0,"base_resp":{"status_code":0,"status_msg":""}}
            """.Trim());
    }

    [Fact]
    public async Task V2_StreamsWholeCalls_InOneChunk()
    {
        JsonElement[] events = await _server.Client.PostStreamAsync(V2, Body("weather and time", ",\"stream\":true"));
        string[] shown = [.. events[..2].Select(e => Masked(e.GetProperty("choices")[0].GetRawText()))];
        shown.ShouldBe(
        [
            """{"index":0,"delta":{"content":"I look.","role":"assistant"}}""",
            """{"finish_reason":"tool_calls","index":0,"delta":{"role":"assistant","tool_calls":[{"id":"CALL","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"}},{"id":"CALL","type":"function","function":{"name":"get_time","arguments":"{}"}}]}}""",
        ]);
        events.Length.ShouldBe(3);
        events[2].GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Alias_StreamsArguments_PieceByPiece()
    {
        JsonElement[] events = await _server.Client.PostStreamAsync(Alias, Body("weather and time", ",\"stream\":true"));
        string[] shown = [.. events.Select(e => Masked(e.GetProperty("choices")[0].GetRawText()))];
        shown.ShouldBe(
        [
            """{"index":0,"delta":{"content":"I look.","role":"assistant"}}""",
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"CALL","type":"function","function":{"name":"get_weather","arguments":""}}]}}""",
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"function":{"arguments":"{\"city\": "}}]}}""",
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"function":{"arguments":"\"}Rome\"}"}}]}}""",
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":1,"id":"CALL","type":"function","function":{"name":"get_time","arguments":""}}]}}""",
            """{"finish_reason":"tool_calls","index":0,"delta":{"role":"assistant","tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}}""",
        ]);
    }

    [Fact]
    public async Task BareCall_IsTheWholeAnswer_AndIsStreamed()
    {
        await using ServerFixture server =
            await ChatServer.StartAsync(new ScriptedModel { ToolCallForm = ToolCallForm.Bare });
        JsonElement[] events = await server.Client.PostStreamAsync(Alias, Body("weather bare", ",\"stream\":true"));
        events.Select(e => Masked(e.GetProperty("choices")[0].GetRawText())).ShouldBe(
        [
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"CALL","type":"function","function":{"name":"get_weather","arguments":""}}]}}""",
            """{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"function":{"arguments":"{\"city\": "}}]}}""",
            """{"finish_reason":"tool_calls","index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"function":{"arguments":"\"Rome\"}"}}]}}""",
        ]);
    }

    [Theory]
    [InlineData("weather listed", true)]
    [InlineData("weather listed", false)]
    [InlineData("weather named", true)]
    [InlineData("weather named", false)]
    [InlineData("weather identified", true)]
    [InlineData("weather identified", false)]
    public async Task MistralsCalls_AreRead_AsTokensAndAsText(string text, bool hasSpecialTokens)
    {
        ToolCallForm form = text switch
        {
            "weather named" => ToolCallForm.Named,
            "weather identified" => ToolCallForm.Identified,
            _ => ToolCallForm.Listed,
        };
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel { ToolCallForm = hasSpecialTokens ? ScriptedModel.WithSpecials(form) : form });
        JsonElement choice = (await server.Client.PostJsonAsync(Alias, Body(text))).GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
        Masked(choice.GetProperty("message").GetProperty("tool_calls").GetRawText()).ShouldBe("""
            [{"id":"CALL","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"]\"}"}},{"id":"CALL","type":"function","function":{"name":"get_time","arguments":"{}"}}]
            """.Trim());
        bool hasText = choice.GetProperty("message").TryGetProperty("content", out JsonElement content);
        (hasText ? content.GetString() : "").ShouldBe(text == "weather listed" ? "I look." : "");
    }

    [Fact]
    public async Task Alias_SaysLength_WhenACallIsCut()
    {
        string body = Body("weather cut", ",\"max_tokens\":4");
        JsonElement choice = (await _server.Client.PostJsonAsync(Alias, body)).GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("length");
        choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()
            .ShouldBe("{\"city\": ");
    }

    [Fact]
    public async Task Ccp_AnswersWithOneCall_WholeAndStreamed()
    {
        const string Final = """
            {"created":NOW,"model":"nano","reply":"","choices":[{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":"","function_call":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"}}]}],"usage":{"total_tokens":47,"tokens_with_added_plugin":0},"input_sensitive":false,"output_sensitive":false,"id":"TRACE","function_call":{"name":"get_weather","arguments":"{\"city\": \"}Rome\"}"},"base_resp":{"status_code":0,"status_msg":""}}
            """;
        string body = $$"""{"model":"nano",{{Functions}},"messages":[{"sender_type":"USER","sender_name":"u","text":"weather at once"}]}""";
        (await PostAsync(Ccp, body)).ShouldBe(Final.Trim());
        (await PostAsync(Ccp, body[..^1] + ",\"stream\":true}")).ShouldBe($"data: {Final.Trim()}\n\n");
    }

    [Fact]
    public async Task Prompt_ShowsTools_UnlessTheChoiceIsNone()
    {
        await PostAsync(V2, Body("hi"));
        await PostAsync(V2, Body("hi", ",\"tool_choice\":\"none\""));
        await PostAsync(V2, Body("hi", ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false"));
        await PostAsync(V2, Body("hi", ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}"));

        GenerationRequest[] requests = [.. _model.Engine.Requests];
        requests.Select(PromptOf).ShouldBe(
        [
            "F:get_weather|F:get_time|U:hi|A:", "U:hi|A:", "F:get_weather|F:get_time|U:hi|A:", "F:get_weather|F:get_time|U:hi|A:",
        ]);
        const string Weather = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {}}\n</tool_call>";
        const string Time = "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>";
        Accepts(requests[0], "hello").ShouldBeTrue();
        Accepts(requests[0], $"hello\n{Weather}\n{Time}").ShouldBeTrue();
        requests[1].Grammar.ShouldBeNull();
        Accepts(requests[2], "hello").ShouldBeFalse();
        Accepts(requests[2], Weather).ShouldBeTrue();
        Accepts(requests[2], $"{Weather}\n{Time}").ShouldBeFalse();
        Accepts(requests[3], Weather).ShouldBeFalse();
        Accepts(requests[3], Time).ShouldBeTrue();
    }

    [Fact]
    public async Task ResponseFormat_HoldsTheText_AndToolsTheCalls()
    {
        await PostAsync(V2, Body("hi", ",\"response_format\":{\"type\":\"json_object\"}"));
        GenerationRequest request = _model.Engine.Requests.Single();
        Accepts(request, "{\"a\": \"<tool_call>\"}").ShouldBeTrue();
        Accepts(request, "hello").ShouldBeFalse();
        Accepts(request, "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>").ShouldBeTrue();
    }

    [Fact]
    public async Task RelaxedKeywords_AreIgnored_AndToldInAHeader()
    {
        using var content = new StringContent("""
            {"model":"nano","relaxed_keywords":["minContains","format"],"messages":[{"role":"user","content":"hi"}],
             "response_format":{"type":"json_schema","json_schema":{"schema":{"properties":{"城":{"format":"regex"}}}}},
             "tools":[{"function":{"name":"f","parameters":{"minContains":2}}}]}
            """);
        using HttpResponseMessage answer = await _server.Client.PostAsync(new Uri(V2, UriKind.Relative), content);
        answer.Headers.GetValues("Cremona-Ignored-Keywords").Single()
            .ShouldBe("f#/minContains, #/properties/%E5%9F%8E/format");
    }

    [Fact]
    public async Task Glyph_TellsItsBlanks()
    {
        string answer = await PostAsync(Ccp, """
            {"model":"nano","bot_setting":[{"bot_name":"MM","content":"x"}],"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"}],
             "reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{"type":"raw","raw_glyph":"I am {{gen 'where' stop='C'}}{{select 'land' options=['China','Peru']}}."}}}
            """);
        answer.ShouldContain("""
            "output_sensitive":false,"id":"TRACE","glyph_result":{"where":"from ","land":"China"},"base_resp":
            """.Trim());
    }

    [Fact]
    public async Task Results_AreFedBack_WithTheCallsTheyAnswer()
    {
        await PostAsync(V2, $$"""
            {"model":"nano",{{Tools}},"messages":[{"role":"user","content":"hi"},
             {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"} }]},
             {"role":"tool","tool_call_id":"c1","content":"7"}]}
            """);
        await PostAsync(Ccp, $$"""
            {"model":"nano",{{Functions}},"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"},
             {"sender_type":"BOT","sender_name":"MM","text":"","function_call":{"name":"get_weather","arguments":"{}"} },
             {"sender_type":"FUNCTION","sender_name":"anybody","text":"7"}]}
            """);
        _model.Engine.Requests.Select(PromptOf).ShouldBe(
        [
            "F:get_weather|F:get_time|U:hi|A:[c1:get_weather{\"city\":\"Rome\"}]|T:7|A:",
            "F:get_weather|S:MM\nx|U:hi|A:[:get_weather{}]|T:7|A:",
        ]);
    }

    [Fact]
    public async Task Model_WithoutAFormForCalls_RefusesTools_AndSaysSo()
    {
        await using ServerFixture server = await ChatServer.StartAsync(new ScriptedModel());
        const string Reason = "is not available for model nano, whose chat template has no form for calls of functions; leave it out or use another model";
        (await server.Client.PostJsonAsync(V2, Body("hi"))).StatusMessage().ShouldBe("invalid params, tools " + Reason);
        JsonElement answer = await server.Client.PostJsonAsync(
            Ccp, $$"""{"model":"nano",{{Functions}},"messages":[{"sender_type":"USER","sender_name":"u","text":"hi"}]}""");
        answer.StatusMessage().ShouldBe("invalid params, functions " + Reason);
    }

    [Fact]
    public async Task SevereWord_InArguments_IsRefused_BeforeAnyOfTheCallIsTold()
    {
        string list = Path.GetTempFileName();
        await File.WriteAllTextAsync(list, "rome\n");
        await using ServerFixture server = await ChatServer.StartAsync(
            _model, $"--SensitiveWords:Lists:0:Path={list}", "--SensitiveWords:Lists:0:Category=1");
        string stream = await server.Client.PostTextAsync(V2, Body("weather and time", ",\"stream\":true"));
        stream.ShouldNotContain("get_weather");
        stream.ShouldContain("\"status_code\":1027");
        File.Delete(list);
    }

    private async Task<string> PostAsync(string path, string body) =>
        Masked(await _server.Client.PostTextAsync(path, body));

    private static string Body(string text, string more = "") =>
        $$"""{"model":"nano",{{Tools}}{{more}},"messages":[{"role":"user","content":"{{text}}"}]}""";

    private static string PromptOf(GenerationRequest request) =>
        string.Concat(request.PromptTokens.Select(id => (char)id));

    private static bool Accepts(GenerationRequest request, string text)
    {
        var constraint = request.Grammar!.Start();
        return text.All(c => constraint.TryAccept(c)) && constraint.MayEnd;
    }

    private static string Masked(string text) => CallId().Replace(text, "CALL");

    [GeneratedRegex("call_function_[0-9]{10}")]
    private static partial Regex CallId();
}

using System.Text.Json;
using Cremona.Inference.Scheduling;
using Cremona.Inference.Templates;
using Cremona.Protocol.Chat;
using Cremona.Server.Chat;
using Cremona.Server.Chat.WebSearch;
using Cremona.Server.Models;
using Cremona.Server.Tests.Models;
using Cremona.Server.Tests.Models.Upstream;
using Microsoft.AspNetCore.Http;

namespace Cremona.Server.Tests.Chat;

/// <summary><c>plugin_web_search</c> against a small local server.</summary>
public sealed class WebSearchTests : IAsyncLifetime
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string Material =
        "参考资料:\n[0] About Rome (https://example.org/Rome) xxxxxxxxxxxxxxxxxxxx\n[1] Everything (https://example.org/all) \n"
        + "[2] About Oslo & co (https://example.org/Oslo%20%26%20co) xxxxxxxxxxxxxxxxxxxx";

    private readonly ScriptedModel _model = new() { ToolCallForm = ToolCallForm.Tagged };
    private SearchServer _search = null!;

    public async ValueTask InitializeAsync() => _search = await SearchServer.StartAsync();

    public ValueTask DisposeAsync() => _search.DisposeAsync();

    [Theory]
    [InlineData("""{"query_list":["a","b"]}""", "a,b")]
    [InlineData("""{"query_list":["a",null,""," ",7]}""", "a")]
    [InlineData("""{"query_list":["\ud83d","a"]}""", "a")]
    [InlineData("""{"\ud83d_query_list":["a"]}""", "")]
    [InlineData("""{"query_list":"a"}""", "")]
    [InlineData("""{"query":"a"}""", "")]
    [InlineData("""["a"]""", "")]
    [InlineData("""{"query_list":["a""", "")]
    public void ReadQueries_TakesWhatMakesSense_OfWhatAModelWrote(string arguments, string queries) =>
        string.Join(',', WebSearchPlugin.ReadQueries(arguments)).ShouldBe(queries);

    [Fact]
    public async Task Plugin_Searches_AndTheAnswerTellsItsSteps()
    {
        await using ServerFixture server = await StartAsync();
        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("search me"));

        answer.GetProperty("choices").GetRawText().ShouldBe("""
            [{"finish_reason":"stop","messages":[{"sender_type":"BOT","sender_name":"MM","text":"","function_call":{"name":"plugin_web_search","arguments":"{\"query_list\": [\"Rome\", \"Oslo & co\"]}"}},{"sender_type":"FUNCTION","sender_name":"plugin_web_search","text":"MATERIAL"},{"sender_type":"BOT","sender_name":"MM","text":"I am from China."}]}]
            """.Trim().Replace("MATERIAL", Material.Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal));
        answer.GetProperty("reply").GetString().ShouldBe("I am from China.");
        answer.TryGetProperty("function_call", out _).ShouldBeFalse();
        _search.Queries.ShouldBe(["Rome", "Oslo & co"]);

        GenerationRequest[] requests = [.. _model.Engine.Requests];
        JsonElement usage = answer.GetProperty("usage");
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(requests[0].PromptTokens.Length + 1 + 2);
        usage.GetProperty("tokens_with_added_plugin").GetInt32().ShouldBe(requests[1].PromptTokens.Length + 2);
        JsonElement ledger = (await server.Client.GetJsonAsync("/v1/usage")).GetProperty("total");
        ledger.GetProperty("output_tokens").GetInt32().ShouldBe(1 + 2);
        ledger.GetProperty("input_tokens").GetInt32().ShouldBe(requests[1].PromptTokens.Length - 1); // The call is output.
        string.Concat(requests[1].PromptTokens.Select(id => (char)id)).ShouldEndWith($"|T:{Material}|A:");
    }

    [Fact]
    public async Task Plugin_StreamsTheAnswerOnly_AndItsStepsAtTheEnd()
    {
        await using ServerFixture server = await StartAsync();
        JsonElement[] events = await server.Client.PostStreamAsync(Ccp, Body("search me", ",\"stream\":true"));

        string.Concat(events[..^1].Select(e =>
            e.GetProperty("choices")[0].GetProperty("messages")[0].GetProperty("text").GetString())).ShouldBe("I am from China.");
        events[^1].GetProperty("choices")[0].GetProperty("messages").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Plugin_IsNotUsed_WhereTheModelDoesNotCallIt()
    {
        await using ServerFixture server = await StartAsync();
        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("hi"));
        JsonElement usage = answer.GetProperty("usage");
        usage.GetProperty("tokens_with_added_plugin").GetInt32().ShouldBe(usage.GetProperty("total_tokens").GetInt32());
        _search.Queries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Searches_AreBounded_AndTheLastRoundMayNotSearch()
    {
        await using ServerFixture server = await StartAsync("--WebSearch:SearchesMax=1");
        await server.Client.PostJsonAsync(Ccp, Body("search for ever"));

        _search.Queries.ShouldBe(["Rome"]);
        GenerationRequest last = _model.Engine.Requests[^1];
        _model.Engine.Requests.Count.ShouldBe(2);
        var constraint = last.Grammar!.Start();
        "<tool_call".All(c => constraint.TryAccept(c)).ShouldBeTrue();
        constraint.TryAccept('>').ShouldBeFalse();
    }

    [Fact]
    public async Task LastRound_KeepsACallOfThePlugin_ThatAnotherServerMakesAllTheSame()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(http => FakeUpstream.SendAsync(
            http,
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"plugin_web_search","arguments":"{\"query_list\":[\"Rome\"]}"}}]}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"d","function":{"name":"weather","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"""));
        await using ServerFixture server = await StartAsync(
            "--WebSearch:SearchesMax=1", UpstreamServer.Setting($"Urls:0={fake.Url}"));

        string far = Body("hi").Replace("\"nano\"", "\"far\"", StringComparison.Ordinal);
        JsonElement plain = await server.Client.PostJsonAsync(Ccp, far);
        JsonElement other = await server.Client.PostJsonAsync(
            Ccp, far.Replace("\"plugins\"", "\"functions\":[{\"name\":\"weather\"}],\"plugins\"", StringComparison.Ordinal));

        _search.Queries.ShouldBe(["Rome", "Rome"]);
        foreach (JsonElement answer in new[] { plain, other })
        {
            answer.GetProperty("choices")[0].GetProperty("messages").GetArrayLength().ShouldBe(3);
            answer.GetProperty("function_call").GetProperty("name").GetString().ShouldBe("weather");
        }
    }

    [Fact]
    public async Task Results_WithSevereWords_ReachNeitherModelNorCaller_AndOthersAreReported()
    {
        string[] lists = [Path.GetTempFileName(), Path.GetTempFileName()];
        await File.WriteAllTextAsync(lists[0], "everything\n");
        await File.WriteAllTextAsync(lists[1], "xxxxxxxxxxxxxxxxxxxx\n");
        await using ServerFixture server = await StartAsync(
            $"--SensitiveWords:Lists:0:Path={lists[0]}", "--SensitiveWords:Lists:0:Category=1",
            $"--SensitiveWords:Lists:1:Path={lists[1]}", "--SensitiveWords:Lists:1:Category=3");

        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("search me"));

        answer.GetProperty("output_sensitive_type").GetInt32().ShouldBe(3);
        const string Told =
            "参考资料:\n[0] About Rome (https://example.org/Rome) xxxxxxxxxxxxxxxxxxxx\n"
            + "[1] About Oslo & co (https://example.org/Oslo%20%26%20co) xxxxxxxxxxxxxxxxxxxx\n(另有 1 条含敏感词，未列出)";
        answer.GetProperty("choices")[0].GetProperty("messages")[1].GetProperty("text").GetString().ShouldBe(Told);
        string.Concat(_model.Engine.Requests[1].PromptTokens.Select(id => (char)id)).ShouldEndWith($"|T:{Told}|A:");
        File.Delete(lists[0]);
        File.Delete(lists[1]);
    }

    [Fact]
    public async Task Results_AreBounded_InNumberAndLength()
    {
        await using ServerFixture server = await StartAsync("--WebSearch:ResultsMax=1", "--WebSearch:ExcerptLengthMax=10");
        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("search me"));
        answer.GetProperty("choices")[0].GetProperty("messages")[1].GetProperty("text").GetString().ShouldBe(
            "参考资料:\n[0] About Rome (https://example.org/Rome) xxxxxxxxxx…\n"
            + "[1] About Oslo & co (https://example.org/Oslo%20%26%20co) xxxxxxxxxx…");
    }

    [Fact]
    public async Task Steps_AreSentBack_AsTheyCame()
    {
        await using ServerFixture server = await StartAsync();
        JsonElement answer = await server.Client.PostJsonAsync(V2, V2Body("cite me"));
        string steps = answer.GetProperty("choices")[0].GetProperty("messages").GetRawText();

        JsonElement next = await server.Client.PostJsonAsync(
            V2, $$"""{"model":"nano","messages":{{steps[..^1]}},{"role":"user","content":"and now"}]}""");

        next.StatusCode().ShouldBe(0);
        JsonElement refused = await server.Client.PostJsonAsync(
            V2, V2Body("hi", ",\"tool_choice\":{\"type\":\"web_search\"}"));
        refused.StatusCode().ShouldBe(2013);
    }

    [Fact]
    public async Task V2Tool_Searches_AndTheMessagesTellItsSteps()
    {
        await using ServerFixture server = await StartAsync();
        const string Choice = """
            {"finish_reason":"tool_calls","index":0,"messages":[{"content":"cite me","role":"user"},{"role":"assistant","tool_calls":[{"id":"CALL","type":"web_search","function":{"name":"plugin_web_search","arguments":"{\"query_list\": [\"Rome\", \"Oslo & co\"]}"}}]},{"content":"MATERIAL","role":"tool","tool_call_id":"CALL"},{"content":"Rome is old【0†source】【9†source】【0†source】.","role":"assistant","annotations":[{"text":"【0†source】","url":"https://example.org/Rome","quote":"xxxxxxxxxxxxxxxxxxxx"}]}]}
            """;
        string expected = Choice.Trim()
            .Replace("MATERIAL", Material.Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal);

        JsonElement answer = await server.Client.PostJsonAsync(V2, V2Body("cite me"));
        JsonElement[] events = await server.Client.PostStreamAsync(V2, V2Body("cite me", ",\"stream\":true"));

        Masked(answer.GetProperty("choices")[0]).ShouldBe(expected);
        answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()
            .ShouldBe(_model.Engine.Requests[1].PromptTokens.Length - 1);
        Masked(events[^1].GetProperty("choices")[0]).ShouldBe(expected);
        events.Length.ShouldBe(2);
        events[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString()
            .ShouldStartWith("Rome is old");
    }

    [Fact]
    public async Task V2Tool_IsNotSeen_WhereTheModelDoesNotSearch_AndByClientsOfOpenAI()
    {
        await using ServerFixture server = await StartAsync();

        JsonElement plain = await server.Client.PostJsonAsync(V2, V2Body("hi"));
        JsonElement alias = await server.Client.PostJsonAsync("/v1/chat/completions", V2Body("cite me"));

        plain.GetProperty("choices").GetRawText()
            .ShouldBe("""[{"finish_reason":"stop","index":0,"message":{"content":"I am from China.","role":"assistant"}}]""");
        JsonElement choice = alias.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().ShouldBe("stop");
        choice.GetProperty("message").GetProperty("content").GetString()!.ShouldStartWith("Rome is old");
    }

    [Fact]
    public async Task Alias_TellsTheReferencedPages_WholeAndStreamed()
    {
        await using ServerFixture server = await StartAsync();
        const string Alias = "/v1/chat/completions";

        JsonElement message = (await server.Client.PostJsonAsync(Alias, V2Body("cite me")))
            .GetProperty("choices")[0].GetProperty("message");
        JsonElement[] events = await server.Client.PostStreamAsync(Alias, V2Body("cite me", ",\"stream\":true"));

        message.GetProperty("annotations").GetRawText().ShouldBe("""
            [{"url_citation":{"start_index":11,"end_index":21,"url":"https://example.org/Rome","title":"About Rome"},"type":"url_citation"},{"url_citation":{"start_index":31,"end_index":41,"url":"https://example.org/Rome","title":"About Rome"},"type":"url_citation"}]
            """.Trim());
        message.GetProperty("content").GetString()![11..21].ShouldBe("【0†source】");
        JsonElement last = events[^1].GetProperty("choices")[0];
        last.GetProperty("finish_reason").GetString().ShouldBe("stop");
        last.GetProperty("delta").GetProperty("annotations").GetRawText()
            .ShouldBe(message.GetProperty("annotations").GetRawText());
        events.Count(item => item.GetRawText().Contains("annotations", StringComparison.Ordinal)).ShouldBe(1);

        JsonElement plain = await server.Client.PostJsonAsync(Alias, V2Body("hi"));
        plain.GetRawText().ShouldNotContain("annotations");
    }

    [Fact]
    public void Citations_CountCharacters_NotTheirHalves()
    {
        var page = new WebSearchResult("T", "https://example.org/", "");
        var call = new FunctionCallPiece(0, "c", WebSearchPlugin.Name, "{}");
        var answer = new ChatAnswer("\U0001F600【0†source】", "stop", 1, 0, 1, 0, [], default)
        {
            Steps = [new PluginStep(call, "", [page])],
        };

        V2UrlCitation citation = V2Steps.FindCitations(answer)!.Single().Citation;

        (citation.StartIndex, citation.EndIndex).ShouldBe((1, 11));
    }

    [Theory]
    [InlineData("", "tools of type web_search: plugin_web_search is not available on this server; set WebSearch:Endpoint to the address of a SearXNG server, or leave it out")]
    [InlineData(",\"tool_choice\":\"required\"", "tool_choice required needs a tool of type function; send one, or auto")]
    public async Task V2Tool_IsRefused_WithItsReason(string more, string reason)
    {
        await using ServerFixture server = await ChatServer.StartAsync(_model);
        (await server.Client.PostJsonAsync(V2, V2Body("hi", more))).StatusMessage().ShouldBe("invalid params, " + reason);
        (await server.Client.PostJsonAsync(V2, V2Body("hi", ",\"tool_choice\":\"none\""))).StatusCode().ShouldBe(0);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("redirect")]
    [InlineData("text")]
    [InlineData("shape")]
    [InlineData("huge")]
    [InlineData("half a character")]
    public async Task Provider_ThatAnswersBadly_FailsTheRequest_WithoutItsText(string fault)
    {
        _search.Answer = (http, _) =>
        {
            http.Response.StatusCode = fault switch { "status" => 503, "redirect" => 302, _ => 200 };
            http.Response.Headers.Location = "http://169.254.169.254/";
            return http.Response.WriteAsync(fault switch
            {
                "text" => "<html>secret",
                "shape" => "[1]",
                "huge" => "{\"results\":[{\"url\":\"" + new string('x', 5000) + "\"}]}",
                "half a character" => "{\"results\":[{\"url\":\"\\ud800\"}]}",
                _ => "{\"results\":[]}",
            });
        };
        await using ServerFixture server = await StartAsync(
            "--WebSearch:AnswerBytesMax=2000", "--Logging:LogLevel:Default=None");
        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("search me"));
        answer.StatusCode().ShouldBe(1013);
        answer.StatusMessage().ShouldBe("internal service error, the web search failed; the server's log says why");
    }

    [Fact]
    public async Task Provider_ThatDoesNotAnswer_IsGivenUp()
    {
        _search.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        await using ServerFixture server = await StartAsync("--WebSearch:TimeoutSeconds=0.3");
        JsonElement answer = await server.Client.PostJsonAsync(Ccp, Body("search me"));
        answer.StatusCode().ShouldBe(1001);
        answer.StatusMessage().ShouldBe("request timeout, the web search took longer than 0.3 s");
    }

    private Task<ServerFixture> StartAsync(params string[] settings) =>
        ChatServer.StartAsync(_model, [$"--WebSearch:Endpoint={_search.Url}/sub/", .. settings]);

    private static string V2Body(string text, string more = "") => $$"""
        {"model":"nano","tools":[{"type":"web_search"}]{{more}},"messages":[{"role":"user","content":"{{text}}"}]}
        """;

    private static string Masked(JsonElement json) => System.Text.RegularExpressions.Regex.Replace(
        json.GetRawText(), "call_function_[0-9]{10}", "CALL");

    private static string Body(string text, string more = "") => $$"""
        {"model":"nano","plugins":["plugin_web_search"],"bot_setting":[{"bot_name":"MM","content":"x"}]{{more}},
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM"},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"{{text}}"}]}
        """;
}

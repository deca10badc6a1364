using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Tests.Models;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Chat.Sensitivity;

/// <summary>Word lists through the whole door.</summary>
public sealed class SensitiveWordsTests : IDisposable
{
    private const string Ccp = "/v1/text/chatcompletion_pro";
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";

    private readonly string _folder = Directory.CreateTempSubdirectory("cremona-words-").FullName;

    [Fact]
    public async Task SevereInput_Is1026_AndNothingRuns()
    {
        var model = new ScriptedModel();
        await using ServerFixture server = await StartAsync(model, (1, "坏人\n# a comment\n\nbad word"));

        string answer = await server.Client.PostTextAsync(Ccp, ProBody("A Bad Word!"));

        answer.ShouldBe(
            """{"created":0,"model":"nano","reply":"","choices":null,"base_resp":{"status_code":1026,"status_msg":"input new_sensitive"}}""");
        model.Engine.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(""" "name":"f","parameters":{"type":"object","description":"\u574f\u4eba"} """)]
    [InlineData(""" "name":"f","parameters":"{\"type\":\"object\",\"description\":\"a\\u574f\\u4eba\"}" """)]
    [InlineData(""" "name":"f","parameters":{"type":"object","description":"\nbad word"} """)]
    public async Task SevereInput_IsFoundBehindEscapes_InWhatFunctionsSay(string function)
    {
        await using ServerFixture server = await StartAsync(
            new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }, (1, "坏人\nbad word"));

        JsonElement answer = await server.Client.PostJsonAsync(
            V2, $$$"""{"model":"nano","tools":[{"type":"function","function":{{{{function}}}}}],"messages":[{"role":"user","content":"x"}]}""");

        answer.StatusCode().ShouldBe(1026);
    }

    [Theory]
    [InlineData(V2, """
        {"model":"nano","messages":[{"role":"user","content":"x"},
         {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"坏人","arguments":"{}"}}]},
         {"role":"tool","tool_call_id":"c","content":"y"}]}
        """)]
    [InlineData(V2, """
        {"model":"nano","response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","description":"\u574f\u4eba"}}},
         "messages":[{"role":"user","content":"x"}]}
        """)]
    [InlineData(Ccp, """
        {"model":"nano","bot_setting":[{"bot_name":"MM","content":"x"}],
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM","glyph":{"type":"raw","raw_glyph":"坏人{{gen 'a'}}"}},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"x"}]}
        """)]
    public async Task SevereInput_IsFound_InNamesOfCalls_AndInTheFormOfTheAnswer(string path, string body)
    {
        var model = new ScriptedModel { ToolCallForm = ToolCallForm.Tagged };
        await using ServerFixture server = await StartAsync(model, (1, "坏人"));

        JsonElement answer = await server.Client.PostJsonAsync(path, body);

        answer.StatusCode().ShouldBe(1026);
        model.Engine.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task SevereOutput_Is1027_AndIsNeverTold()
    {
        await using ServerFixture server = await StartAsync(new ScriptedModel(), (1, "你好！"));

        JsonElement whole = await server.Client.PostJsonAsync(V2, Body("sing", isStream: false));
        JsonElement stream = await server.Client.PostJsonAsync(V2, Body("sing", isStream: true)); // nothing was sent yet
        string alias = await server.Client.PostTextAsync(Alias, Body("sing", isStream: true));

        whole.StatusCode().ShouldBe(1027);
        stream.StatusCode().ShouldBe(1027);
        stream.GetRawText().ShouldNotContain("你");
        alias.ShouldContain("output new_sensitive (1027)");
        alias.ShouldNotContain("你");
    }

    [Theory]
    [InlineData("天安")]
    [InlineData("x/y")]
    public async Task SevereOutput_IsFoundBehindEscapes_InJsonAnswers(string word)
    {
        await using ServerFixture server = await StartAsync(new ScriptedModel(), (1, word));
        string json = Body("escaped", isStream: true)
            .Replace("{\"model\"", "{\"response_format\":{\"type\":\"json_object\"},\"model\"", StringComparison.Ordinal);

        (await server.Client.PostStreamAsync(V2, Body("escaped", isStream: true)))[^1].StatusCode().ShouldBe(0);
        string stream = await server.Client.PostTextAsync(V2, json);

        stream.ShouldContain("\"status_code\":1027");
        stream.ShouldNotContain(word[1..]);
    }

    [Fact]
    public async Task OtherWords_AreToldWithTheirType()
    {
        await using ServerFixture server = await StartAsync(new ScriptedModel(), (5, "sing"), (3, "你好！la"), (6, "la"));

        JsonElement pro = await server.Client.PostJsonAsync(Ccp, ProBody("sing"));
        JsonElement[] events = await server.Client.PostStreamAsync(V2, Body("sing", isStream: true));

        pro.StatusCode().ShouldBe(0);
        pro.GetProperty("reply").GetString().ShouldBe("la 你好！la ");
        pro.GetProperty("input_sensitive").GetBoolean().ShouldBeTrue();
        pro.GetProperty("input_sensitive_type").GetInt32().ShouldBe(5);
        pro.GetProperty("output_sensitive").GetBoolean().ShouldBeTrue();
        pro.GetProperty("output_sensitive_type").GetInt32().ShouldBe(3);
        events[^1].GetProperty("input_sensitive").GetBoolean().ShouldBeTrue();
        events[^1].GetProperty("output_sensitive_type").GetInt32().ShouldBe(3);
        events[^1].GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("la 你好！la ");
    }

    [Fact]
    public async Task List_OfAGroup_IsForThatGroup_AndForTheSidesItNames()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--SensitiveWords:Lists:0:Path=" + Write("sing"), "--SensitiveWords:Lists:0:Category=1",
            "--SensitiveWords:Lists:0:Group=1", "--SensitiveWords:Lists:1:Path=" + Write("who"),
            "--SensitiveWords:Lists:1:Category=1", "--SensitiveWords:Lists:1:InInput=false");
        using HttpClient one = await server.CreateGroupClientAsync("1");
        using HttpClient other = await server.CreateGroupClientAsync("2");

        (await one.PostJsonAsync(V2, Body("sing", isStream: false))).StatusCode().ShouldBe(1026);
        (await other.PostJsonAsync(V2, Body("sing", isStream: false))).StatusCode().ShouldBe(0);
        (await one.PostJsonAsync(V2, Body("who?", isStream: false))).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task LogProbabilities_OfTextThatIsHeldBack_WaitForIt()
    {
        await using ServerFixture server = await StartAsync(new ScriptedModel(), (1, "你好！！"));

        JsonElement[] events = await server.Client.PostStreamAsync(
            Alias, """{"model":"nano","stream":true,"logprobs":true,"messages":[{"role":"user","content":"sing"}]}""");

        events.Select(e => e.GetProperty("choices")[0]).Select(choice =>
                choice.GetProperty("delta").GetProperty("content").GetString() + "="
                + string.Concat(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray()
                    .Select(token => token.GetProperty("token").GetString())))
            .ShouldBe(["la =la ", "你好！la =你好！la "]);
    }

    [Theory]
    [InlineData("--SensitiveWords:Lists:0:Category=8", "SensitiveWords:Lists:0:Category is 8; give it 1 to 7.")]
    [InlineData("--SensitiveWords:Lists:0:Path=/nowhere/words.txt", "SensitiveWords:Lists:0:Path is '/nowhere/words.txt'")]
    public async Task WrongList_StopsTheStart_AndIsNamed(string setting, string expected)
    {
        OptionsValidationException fault = await Should.ThrowAsync<OptionsValidationException>(
            () => ChatServer.StartAsync(new ScriptedModel(), "--SensitiveWords:Lists:0:Path=" + Write("x"), setting));

        fault.Message.ShouldContain(expected);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<ServerFixture> StartAsync(ScriptedModel model, params (int Category, string Words)[] lists) =>
        ChatServer.StartAsync(model, [.. lists.SelectMany((list, index) => new[]
        {
            $"--SensitiveWords:Lists:{index}:Path={Write(list.Words)}",
            $"--SensitiveWords:Lists:{index}:Category={list.Category}",
        })]);

    private string Write(string words)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllText(path, words);
        return path;
    }

    private static string Body(string text, bool isStream) => $$"""
        {"model":"nano","stream":{{(isStream ? "true" : "false")}},"messages":[{"role":"user","content":"{{text}}"}]}
        """;

    private static string ProBody(string text) => $$"""
        {"model":"nano","bot_setting":[{"bot_name":"MM","content":"x"}],
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM"},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"{{text}}"}]}
        """;
}

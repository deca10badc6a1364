using System.Net.Http.Headers;
using System.Text.Json;
using Cremona.Server.Tests.Chat;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>A second Cremona runs the model: what the first one says is what the second one would have said.</summary>
public class UpstreamFormsTests
{
    private const string Bot = """
        "bot_setting":[{"bot_name":"MM","content":"x"}],"reply_constraints":{"sender_type":"BOT","sender_name":"MM"}
        """;

    private const string Bots = """
        "bot_setting":[{"bot_name":"A","content":"x"},{"bot_name":"B","content":"y"}],"reply_constraints":{"sender_type":"BOT","sender_name":"B"}
        """;

    public static TheoryData<string, string> Requests => new()
    {
        { "/v1/text/chatcompletion", """{"model":"MODEL","prompt":"p","messages":[{"sender_type":"USER","text":"who?"}]}""" },
        { "/v1/text/chatcompletion", """{"model":"MODEL","prompt":"p","stream":true,"skip_info_mask":true,"messages":[{"sender_type":"USER","text":"sing"}]}""" },
        { "/v1/text/chatcompletion", """{"model":"MODEL","prompt":"p","seed":3,"beam_width":3,"messages":[{"sender_type":"USER","text":"who?"}]}""" },
        { "/v1/text/chatcompletion", """{"model":"MODEL","prompt":"p","continue_last_message":true,"messages":[{"sender_type":"USER","text":"greet"},{"sender_type":"BOT","text":"Well,"}]}""" },
        { "/v1/text/chatcompletion_pro", $$"""{"model":"MODEL",{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","text":"mail"}]}""" },
        { "/v1/text/chatcompletion_pro", $$"""{"model":"MODEL","stream":true,"mask_sensitive_info":false,{{Bot}},"messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}""" },
        { "/v1/text/chatcompletion_pro", $$"""{"model":"MODEL",{{Bots}},"messages":[{"sender_type":"USER","sender_name":"u","text":"greet"}]}""" },
        { "/v1/text/chatcompletion_v2", """{"model":"MODEL","max_tokens":2,"messages":[{"role":"system","content":"s"},{"role":"user","content":"sing"}]}""" },
        { "/v1/text/chatcompletion_v2", """{"model":"MODEL","stream":true,"stop":["END"],"messages":[{"role":"user","content":"stop"}]}""" },
        { "/v1/text/chatcompletion_v2", """{"model":"MODEL","stream":true,"max_tokens":500,"messages":[{"role":"user","content":"hi"}]}""" },
        { "/v1/chat/completions", """{"model":"MODEL","n":2,"seed":5,"messages":[{"role":"user","content":"who?"}]}""" },
        { "/v1/chat/completions", """{"model":"MODEL","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"你好"}]}""" },
        { "/v1/chat/completions", """{"model":"MODEL","seed":5,"logprobs":true,"top_logprobs":2,"messages":[{"role":"user","content":"who?"}]}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Far_AnswersAsTheServerThatRunsIt(string path, string body)
    {
        await using ServerFixture back = await ChatServer.StartAsync(new ScriptedModel());
        await using ServerFixture front = await StartFrontAsync(back);

        string expected = await back.Client.PostTextAsync(path, body.Replace("MODEL", "nano", StringComparison.Ordinal));
        string answer = await front.Client.PostTextAsync(path, body.Replace("MODEL", "far", StringComparison.Ordinal));

        if (body.Contains("500", StringComparison.Ordinal))
        {
            answer.ShouldContain("2013", customMessage: answer); // In our own words: where the context ends, only the other server knows.
            return;
        }

        answer.ShouldBe(expected.Replace("\"nano\"", "\"far\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ledger_HasTheOtherServersCounts()
    {
        await using ServerFixture back = await ChatServer.StartAsync(new ScriptedModel());
        await using ServerFixture front = await StartFrontAsync(back);
        const string body = """{"model":"MODEL","messages":[{"role":"user","content":"sing"}]}""";

        await back.Client.PostJsonAsync("/v1/chat/completions", body.Replace("MODEL", "nano", StringComparison.Ordinal));
        string expected = (await back.Client.GetJsonAsync("/v1/usage")).GetProperty("by_model")[0].ToString();
        await front.Client.PostJsonAsync("/v1/chat/completions", body.Replace("MODEL", "far", StringComparison.Ordinal));

        string counted = (await front.Client.GetJsonAsync("/v1/usage")).GetProperty("by_model")[0].ToString();
        counted.ShouldBe(expected.Replace("nano", "far", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_IsSentToTheOtherServer()
    {
        await using ServerFixture back = await ChatServer.StartAsync(new ScriptedModel());
        string key = await back.CreateKeyAsync("42");
        await using ServerFixture front = await StartFrontAsync(back, UpstreamServer.Setting($"Key={key}"));
        await using ServerFixture stranger = await StartFrontAsync(back);
        const string body = """{"model":"far","messages":[{"role":"user","content":"who?"}]}""";

        (await front.Client.PostTextAsync("/v1/chat/completions", body)).ShouldContain("I am from China.");
        JsonElement refused = await stranger.Client.PostJsonAsync("/v1/text/chatcompletion_v2", body);
        refused.StatusCode().ShouldBe(1013);
        refused.StatusMessage().ShouldBe("internal service error, the server that runs model far fails; the log says why");
    }

    [Fact]
    public async Task Aliases_AreEchoedAndListed()
    {
        await using ServerFixture back = await ChatServer.StartAsync(new ScriptedModel());
        await using ServerFixture front = await StartFrontAsync(back, "--Models:Entries:far:Aliases:0=my-chat");

        (await front.Client.PostTextAsync(
            "/v1/chat/completions", """{"model":"my-chat","messages":[{"role":"user","content":"who?"}]}"""))
            .ShouldContain("\"model\":\"my-chat\"");
        (await front.Client.GetStringOfAnyStatusAsync("/v1/models")).ShouldContain("\"my-chat\"");
    }

    [Fact]
    public async Task ClientThatLeaves_StopsTheOtherServersWork()
    {
        var model = new ScriptedModel();
        await using ServerFixture back = await ChatServer.StartAsync(model);
        await using ServerFixture front = await StartFrontAsync(back);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(
            """{"model":"far","stream":true,"messages":[{"role":"user","content":"for ever"}]}""",
            MediaTypeHeaderValue.Parse("application/json"));

        using (HttpResponseMessage answer =
            await front.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using Stream stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[10]);
        }

        await model.Engine.Cancelled.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static Task<ServerFixture> StartFrontAsync(ServerFixture back, params string[] settings) =>
        UpstreamServer.StartAsync([$"{back.Url}v1"], [UpstreamServer.Setting("Model=nano"), UpstreamServer.Setting("Key=sk-any"), .. settings]);
}

using System.Net;
using System.Text;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>What the switches of section <c>Chat</c> change on the wire.</summary>
public class ChatSwitchTests
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Alias = "/v1/chat/completions";
    private const string Streamed = """{"model":"nano","stream":true,"messages":[{"role":"user","content":"who?"}]}""";

    [Theory]
    [InlineData(true, false, 3, false)]
    [InlineData(true, true, 3, true)]
    [InlineData(false, false, 2, false)]
    [InlineData(false, true, 2, true)]
    public async Task V2_EndsItsStream_AsSwitched(bool hasSummary, bool hasDone, int events, bool endsWithDone)
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), $"--Chat:V2SendsSummary={hasSummary}", $"--Chat:V2SendsDone={hasDone}");

        string v2 = await server.Client.PostTextAsync(V2, Streamed);
        string alias = await server.Client.PostTextAsync(Alias, Streamed);

        string[] frames = v2.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        frames.Count(frame => frame != "data: [DONE]").ShouldBe(events);
        frames.Count(frame => frame.Contains("\"object\":\"chat.completion\"", StringComparison.Ordinal))
            .ShouldBe(hasSummary ? 1 : 0);
        v2.EndsWith("\n\ndata: [DONE]\n\n", StringComparison.Ordinal).ShouldBe(endsWithDone);
        alias.ShouldNotContain("\"object\":\"chat.completion\"");
        alias.ShouldEndWith("\n\ndata: [DONE]\n\n");
    }

    [Theory]
    [InlineData("""{"model":"nope","messages":[{"role":"user","content":"x"}]}""", 2013, "invalid params, unsupported model: nope")]
    [InlineData("""{"model":"nope","stream":true,"messages":[{"role":"user","content":"x"}]}""", 2013, "invalid params, unsupported model: nope")]
    [InlineData("""{"model":"nano","messages":[{"role":"user","content":"break at once"}]}""", 1013, "internal service error")]
    public async Task Alias_AnswersItsErrorsAsV2_WhenSwitchedOn(string body, int code, string text)
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--Chat:CompletionsErrorsAsBaseResponse=true", "--Logging:LogLevel:Default=None");
        using var content = new StringContent(body, Encoding.UTF8);

        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri(Alias, UriKind.Relative), content);
        string error = await server.Client.PostTextAsync(Alias, body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        error.ShouldBe(await server.Client.PostTextAsync(V2, body));
        error.ShouldContain("\"choices\":null");
        error.ShouldEndWith($$$"""{"status_code":{{{code}}},"status_msg":"{{{text}}}"}}""");
    }

    [Fact]
    public async Task Alias_AnswersErrorsOfTheDoorAsV2_WhenSwitchedOn()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--Chat:CompletionsErrorsAsBaseResponse=true", "--Logging:LogLevel:Default=None");
        using HttpClient known = await server.CreateGroupClientAsync("1");

        foreach ((HttpClient client, string body, int code) in new[]
        {
            (known, "{", 2013),
            (server.Client, Streamed, 1004), // Its key is unknown, now that there is one.
        })
        {
            using var content = new StringContent(body, Encoding.UTF8);
            using HttpResponseMessage answer = await client.PostAsync(new Uri(Alias, UriKind.Relative), content);
            string error = await answer.Content.ReadAsStringAsync();

            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            error.ShouldBe(await client.PostTextAsync(V2, body));
            error.ShouldStartWith($$$"""{"base_resp":{"status_code":{{{code}}},""");
        }
    }

    [Fact]
    public async Task Alias_EndsABrokenStreamAsV2_WhenSwitchedOn()
    {
        await using ServerFixture server = await ChatServer.StartAsync(
            new ScriptedModel(), "--Chat:CompletionsErrorsAsBaseResponse=true", "--Logging:LogLevel:Default=None");
        string body = Streamed.Replace("who?", "break later", StringComparison.Ordinal);

        string alias = await server.Client.PostTextAsync(Alias, body);

        alias.ShouldBe(await server.Client.PostTextAsync(V2, body));
        alias.ShouldContain("\"base_resp\":{\"status_code\":1013,\"status_msg\":\"internal service error\"}}\n\n");
    }
}

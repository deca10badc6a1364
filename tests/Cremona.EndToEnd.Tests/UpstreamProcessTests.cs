using System.Net.Http.Headers;

namespace Cremona.EndToEnd.Tests;

/// <summary>One real Cremona process that lets another run its model.</summary>
public class UpstreamProcessTests
{
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"MODEL","seed":7,"max_tokens":24,"temperature":0.7,"messages":[{"role":"user","content":"Where is the cat?"}]}""")]
    [InlineData("/v1/text/chatcompletion_pro", """{"model":"MODEL","seed":7,"tokens_to_generate":24,"bot_setting":[{"bot_name":"M","content":"M is kind."}],"reply_constraints":{"sender_type":"BOT","sender_name":"M"},"messages":[{"sender_type":"USER","sender_name":"u","text":"Where is the cat?"}]}""")]
    public async Task Front_SaysWhatTheServerBehindItSays(string path, string body)
    {
        using TempFolder backFolder = new();
        using TempFolder frontFolder = new();
        await using RealServer back = await RealServer.StartAsync(backFolder.Path);
        await using RealServer front = await RealServer.StartAsync(
            frontFolder.Path, $"Models:Entries:far:Upstream:Urls:0={back.Address.AbsoluteUri}v1",
            "Models:Entries:far:Upstream:Model=nano", "Models:Entries:far:Upstream:Key=any");

        string expected = await AskAsync(back, path, body.Replace("MODEL", "nano", StringComparison.Ordinal));
        string answer = await AskAsync(front, path, body.Replace("MODEL", "far", StringComparison.Ordinal));

        answer.ShouldBe(expected.Replace("\"nano\"", "\"far\"", StringComparison.Ordinal));
        await back.KillAsync();
        (await AskAsync(front, path, body.Replace("MODEL", "far", StringComparison.Ordinal))).ShouldContain("1013");
    }

    /// <summary>The body without what differs from call to call.</summary>
    private static async Task<string> AskAsync(RealServer server, string path, string body)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using HttpResponseMessage answer = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        string text = await answer.Content.ReadAsStringAsync();
        text = text.Replace(answer.Headers.GetValues("Trace-Id").Single(), "TRACE", StringComparison.Ordinal);
        return System.Text.RegularExpressions.Regex.Replace(
            text, "\"created\":[0-9]+|\"cached_tokens\":[0-9]+", "");
    }
}

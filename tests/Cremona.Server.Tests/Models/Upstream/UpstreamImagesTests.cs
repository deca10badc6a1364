using System.Text.Json;

namespace Cremona.Server.Tests.Models.Upstream;

/// <summary>Images in messages, which only models of other servers read.</summary>
public class UpstreamImagesTests
{
    private const string Alias = "/v1/chat/completions";

    [Fact]
    public async Task Images_ArePassedOn_InTheirPlaces_WhereTheEntryReadsThem()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server =
            await UpstreamServer.StartAsync([fake.Url], UpstreamServer.Setting("Vision=true"));

        JsonElement answer = await server.Client.PostJsonAsync(Alias, """
            {"model":"far","messages":[{"role":"system","content":"s"},
             {"role":"user","content":[{"type":"text","text":"what"},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}},{"type":"text","text":" is this?"}]},
             {"role":"assistant","content":"A cat."},
             {"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,AAAA"}]}]}
            """);

        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("Hello there");
        using var body = JsonDocument.Parse(fake.Bodies.Single());
        body.RootElement.GetProperty("messages").GetRawText().ShouldBe("""
            [{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"what"},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}},{"type":"text","text":" is this?"}]},{"role":"assistant","content":"A cat."},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]
            """.Trim());
    }

    [Fact]
    public async Task Images_StandBehindTheirSpeakersName_WhereSeveralSpeak()
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server =
            await UpstreamServer.StartAsync([fake.Url], UpstreamServer.Setting("Vision=true"));

        await server.Client.PostJsonAsync(Alias, """
            {"model":"far","messages":[{"role":"user","name":"Ann","content":"hi"},
             {"role":"user","name":"Bob","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"text","text":"look"}]}]}
            """);

        fake.Bodies.Single().ShouldContain(
            """[{"type":"text","text":"Bob: "},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"text","text":"look"}]""");
    }

    [Theory]
    [InlineData("false", "https://example.org/a.png", "messages[1].content[1] is of type image_url, and model far reads text only; send parts of type text")]
    [InlineData("true", "file:///etc/passwd", "messages[1].content[1].image_url.url must be an http or https address or a data:image/ URL")]
    [InlineData("true", "", "messages[1].content[1].image_url.url must be an http or https address or a data:image/ URL")]
    [InlineData("true", "https://example.org/\",\"detail\":\"huge", "messages[1].content[1].image_url.detail must be auto, low or high")]
    public async Task Images_AreRefused_WithTheirPlaceAndTheReason(string vision, string url, string reason)
    {
        await using FakeUpstream fake = await FakeUpstream.StartAsync(FakeUpstream.AnswerWellAsync);
        await using ServerFixture server =
            await UpstreamServer.StartAsync([fake.Url], UpstreamServer.Setting($"Vision={vision}"));

        JsonElement answer = await server.Client.PostJsonAsync("/v1/text/chatcompletion_v2", """
            {"model":"far","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"URL"}}]}]}
            """.Replace("URL", url, StringComparison.Ordinal));

        answer.StatusCode().ShouldBe(2013);
        answer.StatusMessage().ShouldBe("invalid params, " + reason);
        fake.Calls.ShouldBe(0);
    }
}

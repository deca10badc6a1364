using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>Which features of ChatCompletion Pro go together: the documented matrix, cell by cell.</summary>
public sealed class FeaturePairTests : IAsyncLifetime
{
    private const string Ccp = "/v1/text/chatcompletion_pro";

    private static readonly Dictionary<string, string> Features = new()
    {
        ["stream"] = "\"stream\":true",
        ["sample_messages"] = "\"sample_messages\":[{\"sender_type\":\"USER\",\"sender_name\":\"u\",\"text\":\"hi\"}]",
        ["functions"] = "\"functions\":[{\"name\":\"f\"}]",
        ["plugins"] = "\"plugins\":[\"plugin_web_search\"]",
        ["glyph"] = "GLYPH",
    };

    private SearchServer _search = null!;
    private ServerFixture _server = null!;

    public static TheoryData<string, string, bool> Matrix => new()
    {
        { "stream", "sample_messages", true },
        { "stream", "functions", true },
        { "stream", "plugins", true },
        { "stream", "glyph", false },
        { "sample_messages", "functions", true },
        { "sample_messages", "plugins", true },
        { "sample_messages", "glyph", true },
        { "functions", "plugins", true },
        { "functions", "glyph", false },
        { "plugins", "glyph", false },
    };

    public async ValueTask InitializeAsync()
    {
        _search = await SearchServer.StartAsync();
        _server = await ChatServer.StartAsync(
            new ScriptedModel { ToolCallForm = ToolCallForm.Tagged }, $"--WebSearch:Endpoint={_search.Url}/sub/");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _search.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Pair_GoesTogether_OrIsRefusedByName(string one, string other, bool isAllowed)
    {
        string answer = await _server.Client.PostTextAsync(Ccp, Body(Features[one], Features[other]));

        // A stream's events hold it too, the last one alone; a refusal is plain JSON.
        var last = JsonSerializer.Deserialize<JsonElement>(
            answer.TrimEnd().Split("data: ")[^1].Replace("NOW", "0", StringComparison.Ordinal));
        last.StatusCode().ShouldBe(isAllowed ? 0 : 2013);
        if (isAllowed)
        {
            last.GetProperty("reply").GetString().ShouldBe("I am from China.");
            answer.StartsWith("data: ", StringComparison.Ordinal).ShouldBe(one == "stream");
        }
        else
        {
            last.StatusMessage().ShouldBe(
                $"invalid params, {one} does not go with reply_constraints.glyph; leave one of them out");
        }
    }

    [Fact]
    public void Matrix_HoldsEachPairOnce() =>
        Matrix.Select(row => string.Join(' ', new[] { row.Data.Item1, row.Data.Item2 }.Order())).Distinct().Count()
            .ShouldBe(Features.Count * (Features.Count - 1) / 2);

    private static string Body(params string[] features)
    {
        string fields = string.Concat(features.Where(feature => feature != Features["glyph"]).Select(feature => feature + ","));
        string glyph = features.Contains(Features["glyph"])
            ? ",\"glyph\":{\"type\":\"raw\",\"raw_glyph\":\"{{gen 'content'}}\"}" : "";
        return $$"""
            {"model":"nano",{{fields}}"bot_setting":[{"bot_name":"MM","content":"x"}],
             "reply_constraints":{"sender_type":"BOT","sender_name":"MM"{{glyph}}},
             "messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}
            """;
    }
}

using System.Text.Json;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>The streaming forms compared, cell by cell: each is read off a stream of the server.</summary>
public sealed class StreamFormTests(StreamFormTests.SharedServer shared) : IClassFixture<StreamFormTests.SharedServer>
{
    private const string Whole = "I am from China.";

    /// <summary>The documented comparison; "cc" stands twice, for its two separators, and "alias" twice, without and
    /// with the usage that a client may ask for. A separator is its count of line breaks; "before" is each event before
    /// the one that finishes. The pieces stand in <c>choices[0].delta</c>, in its <c>content</c> or in
    /// <c>choices[0].messages[0].text</c>; the last event holds the whole reply (with an empty delta, or with the text
    /// again), a summary, the finish alone or the usage.</summary>
    private const string Table = """
        row              | cc     | cc standard | ccp         | v2      | alias   | alias usage
        line             | data   | data        | data        | data    | data    | data
        separator        | 1      | 2           | 2           | 2       | 2       | 2
        delta in         | delta  | delta       | message     | content | content | content
        reply before     | empty  | empty       | empty       | absent  | absent  | absent
        finish before    | absent | absent      | absent      | absent  | absent  | absent
        base_resp before | absent | absent      | absent      | present | present | present
        last event       | reply  | reply       | reply, text | summary | finish  | usage
        usage            | last   | last        | last        | last    | none    | last
        [DONE]           | never  | never       | never       | never   | last    | last
        """;

    private static readonly Dictionary<string, (string Path, string Body)> Forms = new()
    {
        ["cc"] = ("/v1/text/chatcompletion", Persona("")),
        ["cc standard"] = ("/v1/text/chatcompletion", Persona("\"use_standard_sse\":true,")),
        ["ccp"] = ("/v1/text/chatcompletion_pro", Persona(
            "\"bot_setting\":[{\"bot_name\":\"MM\",\"content\":\"x\"}],\"reply_constraints\":{\"sender_type\":\"BOT\",\"sender_name\":\"MM\"},")),
        ["v2"] = ("/v1/text/chatcompletion_v2", Roles("")),
        ["alias"] = ("/v1/chat/completions", Roles("")),
        ["alias usage"] = ("/v1/chat/completions", Roles("\"stream_options\":{\"include_usage\":true},")),
    };

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            string[][] lines = [.. Table.ReplaceLineEndings("\n").Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];
            return
            [
                .. lines[1..].SelectMany(line => line[1..].Select((cell, index) =>
                    new TheoryDataRow<string, string, string>(line[0], lines[0][index + 1], cell))),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Stream_HasTheDocumentedForm(string row, string form, string expected)
    {
        (string path, string body) = Forms[form];
        string text = await shared.Server.Client.PostTextAsync(path, body);
        string[] frames = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] events =
        [
            .. frames.Select(frame => frame["data: ".Length..]).Where(data => data != "[DONE]")
                .Select(data => JsonSerializer.Deserialize<JsonElement>(data.Replace("NOW", "0", StringComparison.Ordinal))),
        ];

        string cell = row switch
        {
            "line" => frames.All(IsDataOfJson) ? "data" : text,
            "separator" => Separators(text, frames),
            "delta in" => DeltaPath(events),
            "reply before" => Before(events, e => e.TryGetProperty("reply", out JsonElement reply)
                ? reply.GetString()!.Length == 0 ? "empty" : "text" : "absent"),
            "finish before" => Before(events, e => Presence(e.GetProperty("choices")[0], "finish_reason")),
            "base_resp before" => Before(events, e => Presence(e, "base_resp")),
            "last event" => LastEvent(events),
            "usage" => Usage(events),
            _ => Array.IndexOf(frames, "data: [DONE]") switch { -1 => "never", int i => i == frames.Length - 1 ? "last" : "early" },
        };

        cell.ShouldBe(expected);
    }

    /// <summary>No other field of an event stream, no blank one, and the JSON on one line.</summary>
    private static bool IsDataOfJson(string frame) => frame.StartsWith("data: ", StringComparison.Ordinal)
        && (frame == "data: [DONE]" || (frame[6] == '{' && frame[^1] == '}'));

    private static string Separators(string text, string[] frames) =>
        Enumerable.Range(1, 2).Where(count =>
            text == string.Concat(frames.Select(frame => frame + new string('\n', count)))).Single().ToString(
                System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where the pieces stand that make up the text.</summary>
    private static string DeltaPath(JsonElement[] events) => new (string Path, Func<JsonElement, string?> Read)[]
    {
        ("delta", choice => choice.TryGetProperty("delta", out JsonElement d) && d.ValueKind == JsonValueKind.String
            ? d.GetString() : null),
        ("message", choice => choice.TryGetProperty("messages", out JsonElement messages)
            && !choice.TryGetProperty("finish_reason", out _) ? messages[0].GetProperty("text").GetString() : null),
        ("content", choice => choice.TryGetProperty("delta", out JsonElement d) && d.ValueKind == JsonValueKind.Object
            ? d.GetProperty("content").GetString() : null),
    }.Single(place => string.Concat(
        events.SelectMany(e => e.GetProperty("choices").EnumerateArray()).Select(place.Read)) == Whole).Path;

    /// <summary>The same in every event before the one that finishes.</summary>
    private static string Before(JsonElement[] events, Func<JsonElement, string> read) =>
        events[..Finish(events)].Select(read).Distinct().Single();

    private static string LastEvent(JsonElement[] events)
    {
        int finish = Finish(events);
        JsonElement last = events[^1];
        if (finish < events.Length - 1)
        {
            finish.ShouldBe(events.Length - 2);
            if (last.GetProperty("choices").GetArrayLength() == 0) return "usage";
            last.GetProperty("object").GetString().ShouldBe("chat.completion");
            last.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe(Whole);
            return "summary";
        }

        if (!last.TryGetProperty("reply", out JsonElement reply)) return "finish";
        reply.GetString().ShouldBe(Whole);
        JsonElement choice = last.GetProperty("choices")[0];
        if (!choice.TryGetProperty("messages", out JsonElement messages))
            return choice.GetProperty("delta").GetString()!.Length == 0 ? "reply" : "delta";
        messages[0].GetProperty("text").GetString().ShouldBe(Whole);
        return "reply, text";
    }

    private static int Finish(JsonElement[] events) => Array.FindIndex(events, e =>
        e.GetProperty("choices").EnumerateArray().Any(choice => choice.TryGetProperty("finish_reason", out _)));

    private static string Usage(JsonElement[] events) => Array.FindIndex(
        events, e => e.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object) switch
    {
        -1 => "none",
        int index => index == events.Length - 1 ? "last" : "early",
    };

    private static string Presence(JsonElement json, string name) => json.TryGetProperty(name, out _) ? "present" : "absent";

    private static string Persona(string fields) => $$"""
        {"model":"nano","stream":true,"skip_info_mask":true,"mask_sensitive_info":false,{{fields}}
         "messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}
        """;

    private static string Roles(string fields) =>
        $$"""{"model":"nano","stream":true,{{fields}}"messages":[{"role":"user","content":"who?"}]}""";

    public sealed class SharedServer : IAsyncLifetime
    {
        public ServerFixture Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await ChatServer.StartAsync(new ScriptedModel());

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}

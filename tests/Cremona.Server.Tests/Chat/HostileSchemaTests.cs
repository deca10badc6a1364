using System.Diagnostics;
using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Server.Tests.Models;

namespace Cremona.Server.Tests.Chat;

/// <summary>Schemas made to use up time, memory or the stack are refused within seconds, and the server goes
/// on.</summary>
public sealed class HostileSchemaTests : IAsyncLifetime
{
    private const string V2 = "/v1/text/chatcompletion_v2";
    private const string Ccp = "/v1/text/chatcompletion_pro";

    /// <summary>For a busy machine.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    private ServerFixture _server = null!;

    /// <summary>Schemas by the limit they run into.</summary>
    public static TheoryData<string, string> Schemas => new()
    {
        { "allOf of anyOf", Json("allOf", Many(16, i => Json("anyOf", Many(16, j => Members($"a{i}x{j}"))))) },
        { "nested deeper than the door reads", string.Concat(Enumerable.Repeat("{\"items\":", 400)) + "{}" + new string('}', 400) },
        { "a huge pattern", $$"""{"type":"string","pattern":"{{new string('a', 120_000)}}"}""" },
        { "quantifiers upon quantifiers", $$"""{"type":"string","pattern":"a{{new string('*', 5_000)}}"}""" },
        { "too many members", "{\"type\":\"object\",\"properties\":{" + Fields(3_000) + "}}" },
        { "too many schemas", "{\"$defs\":{" + Definitions(21_000) + "},\"$ref\":\"#/$defs/d0\"}" },
    };

    /// <summary>Schemas that look as bad but can be held to.</summary>
    public static TheoryData<string, string> LaboriousSchemas => new()
    {
        { "allOf of oneOf", Json("allOf", Many(12, i => Json("oneOf", Many(12, j => $$"""{"minimum":{{i}},"maximum":{{100 + j}}}""")))) },
        { "a pattern of repeated repetitions", """{"type":"string","pattern":"^(((a{1,100}b?){1,100}c?){1,100}d?){1,100}$"}""" },
        { "a pattern that looks back over all its length", """{"type":"string","pattern":"(a|b)*a(a|b){30}c"}""" },
    };

    public async ValueTask InitializeAsync() =>
        _server = await ChatServer.StartAsync(new ScriptedModel { ToolCallForm = ToolCallForm.Tagged });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task Schema_IsRefusedWithinSeconds_WhereverItStands(string name, string schema)
    {
        string text = JsonEncodedText.Encode(schema).ToString();
        foreach ((string path, string body) in new[]
        {
            (V2, V2Body("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":" + schema + "}}")),
            (V2, V2Body("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"properties\":{\"a\":" + schema + "}}}}]")),
            (Ccp, ProBody("\"functions\":[{\"name\":\"f\",\"parameters\":\"" + text + "\"}]")),
        })
        {
            long start = Stopwatch.GetTimestamp();
            JsonElement answer = await _server.Client.PostJsonAsync(path, body);
            answer.StatusCode().ShouldBe(2013, name);
            answer.StatusMessage().Length.ShouldBeInRange(30, 1_000, name);
            Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeMax, name);
        }

        (await _server.Client.PostJsonAsync(V2, V2Body("\"seed\":1"))).StatusCode().ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(LaboriousSchemas))]
    public async Task Schema_IsHeldToWithinSeconds_WhereItOnlyLooksHostile(string name, string schema)
    {
        await using ServerFixture real = await ServerFixture.StartAsync();
        string format = "\"max_tokens\":40,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + schema + "}}";
        long start = Stopwatch.GetTimestamp();

        JsonElement answer = await real.Client.PostJsonAsync(V2, V2Body(format));

        answer.StatusCode().ShouldBe(0, name);
        answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBeGreaterThan(0, name);
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeMax, name);
    }

    private static string V2Body(string field) =>
        $$"""{"model":"nano",{{field}},"messages":[{"role":"user","content":"who?"}]}""";

    private static string ProBody(string field) => $$"""
        {"model":"nano",{{field}},"bot_setting":[{"bot_name":"MM","content":"x"}],
         "reply_constraints":{"sender_type":"BOT","sender_name":"MM"},
         "messages":[{"sender_type":"USER","sender_name":"u","text":"who?"}]}
        """;

    private static string Json(string keyword, string parts) => $$"""{"{{keyword}}":[{{parts}}]}""";

    private static string Members(string name) =>
        $$$"""{"properties":{"{{{name}}}":{"type":"integer"}},"required":["{{{name}}}"]}""";

    private static string Fields(int count) => Many(count, i => $"\"f{i}\":{{\"type\":\"integer\"}}");

    private static string Definitions(int count) => Many(
        count, i => $"\"d{i}\":{{\"type\":\"array\",\"items\":{{\"$ref\":\"#/$defs/d{(i + 1) % count}\"}}}}");

    private static string Many(int count, Func<int, string> part) =>
        string.Join(',', Enumerable.Range(0, count).Select(part));
}

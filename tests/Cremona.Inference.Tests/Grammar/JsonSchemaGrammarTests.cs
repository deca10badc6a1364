using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.JsonSchema;

namespace Cremona.Inference.Tests.Grammar;

public class JsonSchemaGrammarTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "-12", "1.5", "01", "\"1\"")]
    [InlineData("""{"type":"number"}""", "1e5", "1.", ".5", "+1")]
    [InlineData("""{"type":"string"}""", "\"a\\n\\u4e2d中\"", "\"a\nb\"", "\"\\x\"", "\"\\ud800\"")]
    [InlineData("""{"type":["null","boolean"]}""", "null", "nul", "1", "\"\"")]
    [InlineData("""{"enum":["a",1,null,{"b":[2]}]}""", "{\"b\": [2]}", "\"b\"", "2", "{\"b\": [3]}")]
    [InlineData("""{"const":[1,"x"]}""", "[1, \"x\"]", "[1]", "[1,\"y\"]", "[]")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", "\"中文\"", "\"a\"", "\"abcd\"", "\"\"")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"aa\"", "\"ab\"", "\"\"", "\"ba\"")]
    [InlineData("""{"type":"string","pattern":"b"}""", "\"abc\"", "\"ac\"", "\"\"", "\"B\"")]
    [InlineData("""{"type":"string","pattern":"^a","maxLength":2}""", "\"a\\u0062\"", "\"abc\"", "\"b\"", "\"\"")]
    [InlineData("""{"type":"integer","minimum":-3,"exclusiveMaximum":12}""", "11", "12", "-4", "100")]
    [InlineData("""{"type":"number","minimum":0.5,"maximum":2}""", "2.00", "0.4999", "2.01", "-1")]
    [InlineData("""{"type":"number","exclusiveMinimum":0}""", "0.001", "0", "0.0", "-0.1")]
    [InlineData("""{"type":"number","not":{"minimum":0}}""", "-0.5", "-0", "-0.00", "0")]
    [InlineData("""{"type":"integer","not":{"const":0}}""", "-1", "-0", "0", "-0.0")]
    [InlineData("""{"type":"number","maximum":-1.5}""", "-1.50", "-1.4", "0", "1.5")]
    [InlineData("""{"type":"integer","multipleOf":7}""", "-21", "20", "1", "701")]
    [InlineData("""{"type":"number","multipleOf":0.25}""", "1.750", "0.1", "0.3", "1.251")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}""", "[1, 2]", "[]", "[1,2,3]", "[\"a\"]")]
    [InlineData("""{"prefixItems":[{"type":"null"}],"items":{"type":"boolean"},"type":"array"}""", "[null, true]", "[true]", "[null,null]", "[1]")]
    [InlineData("""{"type":"array","items":[{"type":"null"}],"additionalItems":false}""", "[null]", "[null,1]", "[1]", "null")]
    [InlineData("""{"type":"array","contains":{"const":1},"items":{"type":"integer"}}""", "[2, 1, 3]", "[2]", "[]", "[\"1\",1]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b"]},"uniqueItems":true}""", "[\"b\", \"a\"]", "[\"a\",\"a\"]", "[\"c\"]", "\"a\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""", "{\"a\": 1, \"b\": {}}", "{}", "{\"a\":\"x\"}", "{\"b\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", "{\"a\": [1]}", "{\"b\":1}", "{\"a\":1,\"b\":1}", "[]")]
    [InlineData("""{"type":"object","patternProperties":{"^x":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", "{\"xa\": null, \"y\": 1}", "{\"xa\":1}", "{\"y\":null}", "{\"\\u0078\":1}")]
    [InlineData("""{"type":"object","propertyNames":{"maxLength":2}}""", "{\"ab\": 1}", "{\"abc\":1}", "{\"ab\":1,\"abc\":1}", "1")]
    [InlineData("""{"type":"object","minProperties":1,"maxProperties":1}""", "{\"a\": 1}", "{}", "{\"a\":1,\"b\":1}", "[]")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]}""", "\"a\"", "\"ab\"", "null", "1.5")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":5},{"type":"integer","maximum":6}]}""", "7", "5", "6", "\"\"")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":3}},"required":["a"]}],"type":"object"}""", "{\"a\": 3}", "{\"a\":2}", "{}", "{\"a\":\"3\"}")]
    [InlineData("""{"type":["string","integer"],"not":{"enum":["a",1]}}""", "2", "\"a\"", "1", "null")]
    [InlineData("""{"type":"object","if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}""", "{\"k\": 1, \"x\": 0}", "{\"k\":1,\"y\":0}", "{\"k\":2,\"x\":0}", "{}")]
    [InlineData("""{"type":"object","dependentRequired":{"a":["b"]}}""", "{\"b\": 1}", "{\"a\":1}", "{\"a\":1,\"c\":1}", "[]")]
    [InlineData("""{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"additionalProperties":false}},"$ref":"#/$defs/n"}""", "{\"next\": {\"next\": {}}}", "{\"next\":1}", "{\"x\":{}}", "{\"next\":{\"x\":{}}}")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\"", "\"2023-02-29\"", "\"2024-4-1\"", "\"2024-04-31\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-02-29T23:59:59.5Z\"", "\"2024-02-29\"", "\"2024-02-29T24:00:00Z\"", "\"2024-02-29T23:59:59\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P1DT2H\"", "\"P\"", "\"1D\"", "\"PT\"")]
    [InlineData("""{"type":"string","format":"email"}""", "\"a.b@example.com\"", "\"a@\"", "\"a b@c.de\"", "\"example.com\"")]
    [InlineData("""{"type":"string","format":"hostname"}""", "\"a-b.example\"", "\"-a.b\"", "\"a..b\"", "\"\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"192.168.0.255\"", "\"192.168.0.256\"", "\"1.2.3\"", "\"01.2.3.4\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"fe80::1:127.0.0.1\"", "\"::1::2\"", "\"1:2:3\"", "\"1:2:3:4:5:6:7:8:9\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://a.example/b?c=%20#d\"", "\"a b\"", "\"/b\"", "\"http://a b\"")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"44724831-bf66-4bc2-865f-e2c4c2b14c78\"", "\"44724831\"", "\"\"", "\"44724831-bf66-4bc2-865f-e2c4c2b14c7g\"")]
    public void Grammar_AcceptsTheFirst_AndNoneOfTheOthers(
        string schema, string valid, string one, string two, string three)
    {
        ByteGrammar grammar = Compile(schema);
        GrammarRun.Accepts(grammar, valid).ShouldBeTrue(valid);
        foreach (string text in new[] { one, two, three }) GrammarRun.Accepts(grammar, text).ShouldBeFalse(text);
    }

    [Theory]
    [InlineData("""{"unevaluatedProperties":false}""", "#/unevaluatedProperties")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}}""", "#/properties/a/uniqueItems")]
    [InlineData("""{"properties":{"a/b":{"format":"regex"}}}""", "#/properties/a~1b/format")]
    [InlineData("""{"properties":{"a":{"pattern":"(a)\\1"}}}""", "#/properties/a/pattern")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "#/$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"items":{"type":"float"}}""", "#/items/type")]
    [InlineData("""{"$ref":"#"}""", "#: this schema is defined by itself")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "nothing matches")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "nothing matches")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf")]
    [InlineData("""{"anyOf":[]}""", "nothing matches")]
    [InlineData("""{"properties":[]}""", "#/properties")]
    [InlineData("""{"const":"\ud800"}""", "no Unicode")]
    [InlineData("""{"properties":{"\ud800":{}}}""", "no Unicode")]
    public void Compile_Refuses_AndNamesKeywordAndPath(string schema, string expected) =>
        Should.Throw<GrammarException>(() => Compile(schema)).Message.ShouldContain(expected);

    [Fact]
    public void Compile_KeepsItsLimits_WhenASchemaIsHostile()
    {
        string[] hostile =
        [
            "{\"allOf\":[" + string.Join(",", Enumerable.Range(0, 24).Select(EitherOfTwo)) + "]}",
            string.Concat(Enumerable.Repeat("""{"items":""", 3000)) + "{}" + new string('}', 3000),
            """{"type":"string","pattern":"^(.*a.{200}b.*|.*c.{200}d.*)$","not":{"pattern":"x.{100}y"}}""",
            "{\"type\":\"object\",\"patternProperties\":{" + string.Join(",", Enumerable.Range(0, 30).Select(OverlappingPattern)) + "}}",
        ];
        foreach (string schema in hostile)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            try
            {
                using JsonDocument document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 10_000 });
                JsonSchemaGrammar.Compile(document.RootElement);
            }
            catch (GrammarException fault)
            {
                fault.Message.ShouldNotBeEmpty();
            }

            System.Diagnostics.Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(20), schema[..60]);
        }
    }

    private static string EitherOfTwo(int i) => $$"""{"anyOf":[{"required":["a{{i}}"]},{"required":["b{{i}}"]}]}""";

    private static string OverlappingPattern(int i) => $$"""
        "{{(char)('a' + (i % 26))}}.*{{i}}":{"minLength":{{i}}}
        """;

    [Fact]
    public void Members_ComeInTheListedOrder_OrInAny()
    {
        const string Schema = """{"type":"object","properties":{"a":{},"b":{}},"required":["b"],"additionalProperties":{"type":"null"}}""";
        GrammarRun.Accepts(Compile(Schema), """{"a": 1, "b": 2, "c": null}""").ShouldBeTrue();
        GrammarRun.Accepts(Compile(Schema), """{"b": 1, "a": 2}""").ShouldBeFalse();
        GrammarRun.Accepts(Compile(Schema, MemberOrder.Free), """{"b": 1, "c": null, "a": 2}""").ShouldBeTrue();
        GrammarRun.Accepts(Compile(Schema, MemberOrder.Free), """{"b": 1, "b": 2}""").ShouldBeFalse();
        GrammarRun.Accepts(Compile(Schema, MemberOrder.Free), """{"a": 1, "c": null}""").ShouldBeFalse();
    }

    [Fact]
    public void ForcedTokens_SpellTheNameOfTheOnlyMember()
    {
        var grammar = new TokenGrammar(
            Compile("""{"type":"object","properties":{"temperature_celsius":{"type":"integer"}},"required":["temperature_celsius"],"additionalProperties":false}"""),
            Vocabularies.NanoTokens);
        TokenConstraint constraint = grammar.Start();
        constraint.TryAccept(Vocabularies.Nano.Encode("{")[0]).ShouldBeTrue();
        constraint.TryAccept(Vocabularies.Nano.Encode("\"")[0]).ShouldBeTrue();
        Vocabularies.Nano.Decode(constraint.ForcedTokens()).ShouldStartWith("temperature");
    }

    [Theory]
    [InlineData(MemberOrder.Listed)]
    [InlineData(MemberOrder.Free)]
    public void Walk_EndsInAValidText_UnderAThousandSchemas(MemberOrder order)
    {
        int ended = 0;
        for (int seed = 0; seed < 1000; seed++)
        {
            string schema = RandomSchemas.Draw(seed);
            ByteGrammar grammar;
            try
            {
                grammar = Compile(schema, order);
            }
            catch (GrammarException)
            {
                continue;
            }

            var tokens = new TokenGrammar(grammar, Vocabularies.Tiny);
            if (GrammarRun.Walk(tokens, seed, 80, comparesMasks: seed % 25 == 0) is not { } text) continue;
            ended++;
            Json.Schema.JsonSchema judge = Json.Schema.JsonSchema.FromText(schema);
            try
            {
                judge.Evaluate(JsonDocument.Parse(text).RootElement).IsValid.ShouldBeTrue($"{schema}\n{text}");
            }
            catch (FormatException)
            {
                ended--; // The judge compares no numbers beyond those of decimal.
            }
        }

        ended.ShouldBeGreaterThan(400);
    }

    private static ByteGrammar Compile(string schema, MemberOrder order = MemberOrder.Listed)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return JsonSchemaGrammar.Compile(document.RootElement, order);
    }
}

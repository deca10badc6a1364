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
    [InlineData("""{"type":"number","multipleOf":10}""", "-20.00", "5", "20.5", "1e1")]
    [InlineData("""{"type":"number","multipleOf":10}""", "0.0", "0.1", "00", "01")]
    [InlineData("""{"type":"number","minimum":0,"maximum":10000000,"multipleOf":100000}""", "500000", "501000", "50000", "10100000")]
    [InlineData("""{"type":"integer","minimum":0,"maximum":1000000000,"multipleOf":1000000}""", "7000000", "7500000", "1001000000", "-1000000")]
    [InlineData("""{"type":"integer","minimum":500000000,"maximum":900000000,"multipleOf":997}""", "500000485", "500000486", "997", "900000873")]
    [InlineData("""{"type":"number","minimum":9.5,"maximum":1200}""", "1199.5", "9.25", "1200.1", "2000")]
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
    [InlineData("""{"type":"array","contains":{"const":1},"minContains":2,"maxItems":3}""", "[1, \"a\", 1]", "[1]", "[1,1,1,1]", "[1,2,3]")]
    [InlineData("""{"type":"array","contains":{"type":"string"},"maxContains":1,"minItems":2}""", "[1, \"a\", null]", "[\"a\"]", "[1,2]", "[\"a\",\"b\"]")]
    [InlineData("""{"type":"array","contains":{"type":"string"},"minContains":0,"maxContains":1}""", "[]", "[\"a\",\"b\"]", "[\"a\",1,\"a\"]", "{}")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"}],"contains":{"minimum":5,"type":"integer"},"maxContains":1}""", "[1, 7]", "[1]", "[7,8]", "[\"a\",7]")]
    [InlineData("""{"type":"array","allOf":[{"contains":{"const":1}},{"contains":{"const":2}}]}""", "[2, 0, 1]", "[1]", "[2,2]", "[]")]
    [InlineData("""{"type":"array","contains":{"type":"integer"},"minItems":2,"maxItems":300}""", "[\"a\", 1]", "[1]", "[\"a\",\"b\"]", "[]")]
    [InlineData("""{"type":"array","not":{"contains":{"const":1},"minContains":2}}""", "[1, 2]", "[1,1]", "[1,2,1]", "{}")]
    [InlineData("""{"type":"array","items":{"enum":[1,12,2,121]},"uniqueItems":true,"minItems":2}""", "[121, 1, 12]", "[1,12,1]", "[1]", "[122,1]")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0,"maximum":120},"uniqueItems":true}""", "[120, 12, 1]", "[1,1]", "[121]", "[1,2,1]")]
    [InlineData("""{"type":"array","prefixItems":[{"enum":["a","b"]}],"items":{"enum":["a","c",1]},"uniqueItems":true}""", "[\"b\", 1, \"a\"]", "[\"a\",\"a\"]", "[\"c\"]", "[\"b\",1,1]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"contains":{"enum":["b","c"]},"maxContains":1,"uniqueItems":true}""", "[\"a\", \"c\"]", "[\"a\"]", "[\"b\",\"c\"]", "[\"c\",\"c\"]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false,"uniqueItems":true}""", "[\"a\", 1]", "[1]", "[\"a\",1,2]", "[\"a\",\"a\"]")]
    [InlineData("""{"type":"object","propertyNames":{"$ref":"#/$defs/n"},"$defs":{"n":{"anyOf":[{"const":"x"},{"pattern":"^y+$"}]}}}""", "{\"yy\": 1, \"x\": 2}", "{\"xx\":1}", "{\"y\":1,\"z\":1}", "1")]
    [InlineData("""{"type":"object","propertyNames":{"allOf":[{"minLength":2},{"maxLength":2}],"not":{"const":"ab"}}}""", "{\"aa\": 1}", "{\"ab\":1}", "{\"a\":1}", "{\"aaa\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{}},"propertyNames":{"oneOf":[{"maxLength":1},{"minLength":1,"maxLength":2}]}}""", "{\"ab\": 1}", "{\"a\":1}", "{\"abc\":1}", "[]")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]}""", "\"a\"", "\"ab\"", "null", "1.5")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":5},{"type":"integer","maximum":6}]}""", "7", "5", "6", "\"\"")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":3}},"required":["a"]}],"type":"object"}""", "{\"a\": 3}", "{\"a\":2}", "{}", "{\"a\":\"3\"}")]
    [InlineData("""{"type":["string","integer"],"not":{"enum":["a",1]}}""", "2", "\"a\"", "1", "null")]
    [InlineData("""{"type":"object","if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}""", "{\"k\": 1, \"x\": 0}", "{\"k\":1,\"y\":0}", "{\"k\":2,\"x\":0}", "{}")]
    [InlineData("""{"type":"object","dependentRequired":{"a":["b"]}}""", "{\"b\": 1}", "{\"a\":1}", "{\"a\":1,\"c\":1}", "[]")]
    [InlineData("""{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"additionalProperties":false}},"$ref":"#/$defs/n"}""", "{\"next\": {\"next\": {}}}", "{\"next\":1}", "{\"x\":{}}", "{\"next\":{\"x\":{}}}")]
    [InlineData("""{"type":"object","properties":{"id":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}},"required":["id"],"default":{"id":"","children":[]}}""", "{\"id\": \"a\", \"children\": [{\"id\": \"b\"}]}", "{\"id\":\"a\",\"children\":[5]}", "{\"children\":[]}", "{\"id\":1}")]
    [InlineData("""{"$ref":"#/$defs/inner","$defs":{"x":{"type":"integer"},"inner":{"$id":"http://a/inner","type":"object","properties":{"v":{"$ref":"#/$defs/x"}},"required":["v"],"$defs":{"x":{"type":"string"}}}}}""", "{\"v\": \"a\"}", "{\"v\":1}", "{}", "1")]
    [InlineData("""{"$ref":"http://a/inner#foo","$defs":{"x":{"$anchor":"foo","type":"integer"},"inner":{"$id":"http://a/inner","$defs":{"x":{"$anchor":"foo","type":"string"}}}}}""", "\"a\"", "1", "null", "[]")]
    [InlineData("""{"$ref":"#foo","default":{"$anchor":"foo","type":"string"},"properties":{"$id":{"$anchor":"foo","type":"integer"}}}""", "1", "\"a\"", "{}", "null")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\"", "\"2023-02-29\"", "\"2024-4-1\"", "\"2024-04-31\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-02-29T23:59:59.5Z\"", "\"2024-02-29\"", "\"2024-02-29T24:00:00Z\"", "\"2024-02-29T23:59:59\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P1DT2H\"", "\"P\"", "\"1D\"", "\"PT\"")]
    [InlineData("""{"type":"string","format":"email"}""", "\"a.b@example.com\"", "\"a@\"", "\"a b@c.de\"", "\"example.com\"")]
    [InlineData("""{"type":"string","format":"hostname"}""", "\"a-b.example\"", "\"-a.b\"", "\"a..b\"", "\"\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"192.168.0.255\"", "\"192.168.0.256\"", "\"1.2.3\"", "\"01.2.3.4\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"fe80::1:127.0.0.1\"", "\"::1::2\"", "\"1:2:3\"", "\"1:2:3:4:5:6:7:8:9\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"https://a.example/b?c=%20#d\"", "\"a b\"", "\"/b\"", "\"http://a b\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"http://[::1]:80/\"", "\"http://[1.2.3.4]/\"", "\"http://[:::]/\"", "\"http://[]/\"")]
    [InlineData("""{"type":"string","format":"uri-reference"}""", "\"//[v1.a]/b\"", "\"//[1]\"", "\"//[::1\"", "\"//[v.a]\"")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"44724831-bf66-4bc2-865f-e2c4c2b14c78\"", "\"44724831\"", "\"\"", "\"44724831-bf66-4bc2-865f-e2c4c2b14c7g\"")]
    public void Grammar_AcceptsTheFirst_AndNoneOfTheOthers(
        string schema, string valid, string one, string two, string three)
    {
        ByteGrammar grammar = Compile(schema);
        GrammarRun.Accepts(grammar, valid).ShouldBeTrue(valid);
        foreach (string text in new[] { one, two, three }) GrammarRun.Accepts(grammar, text).ShouldBeFalse(text);
    }

    [Theory]
    [InlineData("""{"type":"string","maxLength":10000}""", 9_000, true)]
    [InlineData("""{"type":"string","maxLength":10000}""", 10_001, false)]
    [InlineData("""{"type":"string","maxLength":30000}""", 25_000, true)]
    [InlineData("""{"type":"string","minLength":6000}""", 6_000, true)]
    [InlineData("""{"type":"string","minLength":6000}""", 5_999, false)]
    public void Grammar_HoldsLongStringsToTheirLength(string schema, int length, bool isAccepted) =>
        GrammarRun.Accepts(Compile(schema), $"\"{new string('a', length)}\"").ShouldBe(isAccepted);

    [Theory]
    [InlineData("""{"unevaluatedProperties":false}""", "#/unevaluatedProperties")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}}""", "#/properties/a/uniqueItems")]
    [InlineData("""{"properties":{"a":{"type":"array","prefixItems":[{"const":1}],"items":{"type":"string"},"uniqueItems":true}}}""", "#/properties/a/uniqueItems")]
    [InlineData("""{"properties":{"a":{"contains":{"const":1},"minContains":2000}}}""", "#/properties/a/contains: needs more than 1000 states")]
    [InlineData("""{"contains":{"additionalProperties":{"type":"string"}},"maxContains":1}""", "#/contains: additionalProperties and patternProperties cannot be negated")]
    [InlineData("""{"type":"array","items":{"type":"string"},"contains":{"const":1}}""", "nothing matches")]
    [InlineData("""{"minContains":-1,"contains":true}""", "#/minContains")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","contains":true,"minContains":2}""", "#/minContains")]
    [InlineData("""{"propertyNames":{"$ref":"#/$defs/none"}}""", "#/propertyNames/$ref")]
    [InlineData("""{"properties":{"a/b":{"format":"regex"}}}""", "#/properties/a~1b/format")]
    [InlineData("""{"properties":{"a":{"pattern":"(a)\\1"}}}""", "#/properties/a/pattern")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "#/$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"items":{"type":"float"}}""", "#/items/type")]
    [InlineData("""{"$ref":"#"}""", "#: this schema is defined by itself")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "nothing matches")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "nothing matches")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf")]
    [InlineData("""{"type":"integer","multipleOf":65537}""", "#/multipleOf")]
    [InlineData("""{"type":"integer","minimum":0,"maximum":1000000,"multipleOf":2047}""", "#/multipleOf")]
    [InlineData("""{"type":"string","minLength":50001}""", "#/minLength: of more than 50000 is not supported")]
    [InlineData("""{"minLength":1e9}""", "#/minLength")]
    [InlineData("""{"required":"name"}""", "#/required")]
    [InlineData("""{"uniqueItems":"true"}""", "#/uniqueItems")]
    [InlineData("""{"exclusiveMinimum":"0"}""", "#/exclusiveMinimum")]
    [InlineData("""{"format":["date"]}""", "#/format")]
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

    [Fact]
    public void Compile_EndsWithItsLimit_WhenTheTimeIsOver() =>
        Should.Throw<GrammarException>(() => CompileBudget.Run(
                () => Compile(SlowSchema), TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken))
            .Message.ShouldContain("to compile; simplify it");

    [Fact]
    public void Compile_Ends_WhenTheCallerLeaves()
    {
        using var leaving = new CancellationTokenSource();
        leaving.Cancel();
        Should.Throw<OperationCanceledException>(() => CompileBudget.Run(() => Compile(SlowSchema), leaving.Token));
    }

    [Fact]
    public void Grammar_IsNotBoundByTheTime_OnceItIsCompiled()
    {
        using var leaving = new CancellationTokenSource();
        ByteGrammar grammar = CompileBudget.Run(
            () => Compile("""{"type":"string","pattern":"^(a|b)*a(a|b){8}$"}"""), leaving.Token);
        leaving.Cancel();
        GrammarRun.Accepts(grammar, "\"" + string.Concat(Enumerable.Repeat("abbab", 200)) + "abbbbbbbb\"").ShouldBeTrue();
    }

    private static string SlowSchema { get; } =
        "{\"allOf\":[" + string.Join(",", Enumerable.Range(0, 9).Select(EitherOfTwo)) + "]}";

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
            if (FindVerdict(Json.Schema.JsonSchema.FromText(schema), text) is not { } isValid) continue;
            ended++;
            isValid.ShouldBeTrue($"{schema}\n{text}");
        }

        ended.ShouldBeGreaterThan(400);
    }

    [Theory]
    [InlineData(MemberOrder.Listed)]
    [InlineData(MemberOrder.Free)]
    public void Walk_EndsInAValidText_WhereItemsAreCountedOrNamesDescribed(MemberOrder order)
    {
        int ended = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            string schema = RandomSchemas.DrawCounted(seed);
            ByteGrammar grammar;
            try
            {
                grammar = Compile(schema, order);
            }
            catch (GrammarException fault)
            {
                fault.Message.ShouldContain("nothing matches", Case.Sensitive, schema);
                continue;
            }

            var tokens = new TokenGrammar(grammar, Vocabularies.Tiny);
            if (GrammarRun.Walk(tokens, seed, 60, comparesMasks: seed % 20 == 0) is not { } text) continue;
            if (FindVerdict(Json.Schema.JsonSchema.FromText(schema), text) is not { } isValid) continue;
            ended++;
            isValid.ShouldBeTrue($"{schema}\n{text}");
        }

        ended.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void Masks_AllowWhatTheGrammarDoes_WhereValuesComeOnce()
    {
        const string Schema = """{"type":"array","items":{"enum":["a","ab","b",1,12,-1]},"uniqueItems":true}""";
        var tokens = new TokenGrammar(Compile(Schema), Vocabularies.Tiny);
        for (int seed = 0; seed < 20; seed++) GrammarRun.Walk(tokens, seed, 60, comparesMasks: true);
    }

    [Fact]
    public void Grammar_AcceptsWhatTheJudgeAccepts_WhereItemsAreCountedOrNamesDescribed()
    {
        string[] items = ["1", "2", "3", "\"a\"", "\"b\"", "null"];
        int valid = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            string schema = RandomSchemas.DrawCounted(seed);
            ByteGrammar? grammar = null;
            try
            {
                grammar = Compile(schema, MemberOrder.Free);
            }
            catch (GrammarException fault)
            {
                fault.Message.ShouldContain("nothing matches", Case.Sensitive, schema);
            }

            Json.Schema.JsonSchema judge = Json.Schema.JsonSchema.FromText(schema);
            for (int number = 0; number < 260; number++)
            {
                string text = RandomSchemas.Instance(number, items);
                bool isValid = FindVerdict(judge, text)!.Value;
                if (isValid) valid++;
                (grammar is not null && GrammarRun.Accepts(grammar, text)).ShouldBe(isValid, $"{schema}\n{text}");
            }
        }

        valid.ShouldBeGreaterThan(500);
    }

    /// <summary>Null where the judge cannot tell: it compares no numbers beyond those of decimal.</summary>
    private static bool? FindVerdict(Json.Schema.JsonSchema judge, string text)
    {
        try
        {
            return judge.Evaluate(JsonElement.Parse(text)).IsValid;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ByteGrammar Compile(string schema, MemberOrder order = MemberOrder.Listed)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return JsonSchemaGrammar.Compile(document.RootElement, order);
    }
}

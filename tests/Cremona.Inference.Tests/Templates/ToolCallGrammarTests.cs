using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Grammar;

namespace Cremona.Inference.Tests.Templates;

public sealed class ToolCallGrammarTests
{
    private const string City = """{"type":"object","properties":{"city":{"enum":["Rome","Oslo"]},"days":{"type":"integer"}},"required":["city"]}""";
    private const string Open = "<tool_call>\n";
    private const string Close = "\n</tool_call>";
    private const string Rome = Open + """{"name": "f", "arguments": {"city": "Rome", "days": 3}}""" + Close;
    private const string Nothing = Open + """{"name": "g", "arguments": {}}""" + Close;

    private static readonly ChatTool[] Tools =
    [
        new("f", null, Parse(City)), new("g", null, Parse("""{"additionalProperties":false}""")),
        new("needs", null, Parse("""{"properties":{"city":{"type":"string"}},"required":["other"]}""")),
        new("open", null, Parse("""{"properties":{"city":{"type":"string"}},"additionalProperties":true}""")),
    ];

    [Theory]
    [InlineData("", true)]
    [InlineData("Some text, 1 < 2, <tool and </tool_call>.\n", true)]
    [InlineData(Rome, true)]
    [InlineData("I look.\n" + Rome + "\n" + Nothing, true)]
    [InlineData("I look." + Rome, true)]
    [InlineData("I look.<tool_call>", false)]
    [InlineData(Rome + "\n", false)]
    [InlineData(Rome + " and text", false)]
    [InlineData(Rome + Nothing, false)]
    [InlineData(Open + """{"name": "f", "arguments": {"city": "Paris"}}""" + Close, false)]
    [InlineData(Open + """{"name": "f", "arguments": {}}""" + Close, false)]
    [InlineData(Open + """{"name": "f", "arguments": {"city":"Rome"}}""" + Close, false)]
    [InlineData(Open + """{"name": "f", "arguments": {"city": "Rome", "other": 3}}""" + Close, false)]
    [InlineData(Open + """{"name": "needs", "arguments": {"other": 3}}""" + Close, true)]
    [InlineData(Open + """{"name": "open", "arguments": {"city": "Rome", "other": 3}}""" + Close, true)]
    [InlineData(Open + """{"name": "g", "arguments": []}""" + Close, false)]
    [InlineData(Open + """{"name": "h", "arguments": {}}""" + Close, false)]
    public void Auto_IsTextThatBeginsNoCall_OrValidCallsBehindIt(string text, bool isAccepted) =>
        Accepts(new ToolCallRules(), text).ShouldBe(isAccepted);

    [Theory]
    [InlineData(Rome, true)]
    [InlineData(Rome + "\n" + Nothing, false)]
    [InlineData("", false)]
    [InlineData("I look.\n" + Rome, false)]
    public void Required_IsOneCall_WhenSeveralAreNotAllowed(string text, bool isAccepted) =>
        Accepts(new ToolCallRules { AllowsText = false, AllowsSeveral = false }, text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("hello", true)]
    [InlineData("\n" + Rome, true)]
    [InlineData(Rome, false)]
    [InlineData("hello\n" + Rome, false)]
    public void Continuation_PutsCallsOnALineOfTheirOwn(string text, bool isAccepted) =>
        Accepts(new ToolCallRules { AllowsTextBefore = false, IsContinuation = true }, text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("""{"city": "<tool_call>"}""", true)]
    [InlineData(Nothing, true)]
    [InlineData("hello", false)]
    public void Text_MeetsASchema_WhenThereIsOne(string text, bool isAccepted)
    {
        JsonElement schema = Parse("""{"properties":{"city":{"type":"string"}},"type":"object"}""");
        Accepts(new ToolCallRules { AllowsTextBefore = false, TextSchema = schema }, text).ShouldBe(isAccepted);
    }

    [Theory]
    [InlineData("""{"unevaluatedItems":false}""", "the parameters of bad, #/unevaluatedItems: this keyword is not supported")]
    [InlineData("""{"type":"string"}""", "the parameters of bad: no object meets this schema")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "the parameters of bad, #/$ref: '#/$defs/x' is not in this schema")]
    public void Compile_NamesTheFunction_WhoseSchemaCannotBeHeldTo(string schema, string reason)
    {
        ChatTool[] tools = [.. Tools, new("bad", null, Parse(schema))];
        Should.Throw<GrammarException>(() => ToolCallGrammar.Compile(ToolCallForm.Tagged, tools, new ToolCallRules()))
            .Message.ShouldBe(reason);
    }

    [Fact]
    public void RelaxedKeywords_AreNotHeldTo_AndTold()
    {
        ChatTool[] tools = [new("f", null, Parse("""{"properties":{"format":{"format":"regex","minLength":2}},"minContains":3}"""))];
        ToolCallRules rules = new() { AllowsText = false, Relaxed = new HashSet<string> { "format", "minContains", "other" } };
        ByteGrammar grammar = ToolCallGrammar.Compile(ToolCallForm.Tagged, tools, rules);
        grammar.IgnoredKeywords.ShouldBe(["f#/minContains", "f#/properties/format/format"]);
        const string Call = Open + """{"name": "f", "arguments": {"format": "XX"}}""" + Close;
        GrammarRun.Accepts(grammar, Call).ShouldBeTrue();
        GrammarRun.Accepts(grammar, Call.Replace("XX", "X", StringComparison.Ordinal)).ShouldBeFalse();
    }

    [Fact]
    public void RandomWalk_OverARealVocabulary_WritesValidCalls()
    {
        ToolCallRules rules = new() { AllowsText = false };
        var grammar = new TokenGrammar(
            ToolCallGrammar.Compile(ToolCallForm.Tagged, Tools, rules), Vocabularies.NanoTokens);
        int calls = 0;
        for (int seed = 1; seed <= 100; seed++)
        {
            string? text = GrammarRun.Walk(grammar, seed, 400, comparesMasks: seed <= 2);
            foreach (string call in text?.Split(Open, StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                JsonElement value = Parse(call[..call.IndexOf(Close, StringComparison.Ordinal)]);
                if (value.GetProperty("name").GetString() == "f")
                    value.GetProperty("arguments").GetProperty("city").GetString().ShouldBeOneOf("Rome", "Oslo");
                calls++;
            }
        }

        calls.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void ForcedCall_SpellsItsBeginning_WithoutTheModel()
    {
        ToolCallRules rules = new() { AllowsText = false };
        var grammar = new TokenGrammar(
            ToolCallGrammar.Compile(ToolCallForm.Tagged, Tools[..1], rules), Vocabularies.NanoTokens);
        int[] forced = grammar.Start().ForcedTokens();
        Vocabularies.Nano.Decode(forced).ShouldStartWith("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"city\":");
    }

    private static bool Accepts(ToolCallRules rules, string text) =>
        GrammarRun.Accepts(ToolCallGrammar.Compile(ToolCallForm.Tagged, Tools, rules), text);

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}

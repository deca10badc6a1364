using System.Text.Json;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Ebnf;
using Cremona.Inference.Grammar.Glyph;
using Cremona.Inference.Grammar.JsonSchema;
using Cremona.Inference.Grammar.Regex;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Tests.Grammar;

/// <summary>Grammars made to use up the stack or the time are compiled or refused, on a thread of a server's
/// pool.</summary>
public class HostileGrammarTests
{
    private const int StackBytes = 1 << 20;
    private const int TimeoutMs = 60_000;

    [Fact]
    public void Compile_EndsOnASmallStack_WhenASchemaHoldsALongPattern()
    {
        string schema = $$"""{"type":"string","pattern":"{{new string('a', 90_000)}}"}""";
        RunOrRefuse(() => Compile(schema));
    }

    [Fact]
    public void Compile_EndsOnASmallStack_WhenAGlyphGoesOnLong() =>
        RunOrRefuse(() => GlyphTemplate.Compile("{{gen 'x'}}" + new string('a', 90_000)));

    [Theory]
    [InlineData("a?b?", 20_000)]
    [InlineData("(a|bc)?", 10_000)]
    [InlineData("(?=a)", 15_000)]
    [InlineData("(a)", 30_000)]
    public void Compile_EndsOnASmallStack_WhenAPatternRepeatsItself(string part, int count) =>
        RunOrRefuse(() => RegexGrammar.Compile(string.Concat(Enumerable.Repeat(part, count))));

    [Theory]
    [InlineData("'a'? ", 15_000)]
    [InlineData("'a'* ", 15_000)]
    [InlineData("*", 90_000)]
    [InlineData("?", 90_000)]
    [InlineData("(('a')?)? ", 9_000)]
    public void Compile_EndsOnASmallStack_WhenARuleRepeatsItself(string part, int count) =>
        RunOrRefuse(() => EbnfGrammar.Compile(
            "root ::= \"b\"" + string.Concat(Enumerable.Repeat(part.Replace('\'', '"'), count))));

    [Fact]
    public void Compile_EndsOnASmallStack_WhenAlternativesBeginAlikeForLong()
    {
        string head = string.Concat(Enumerable.Repeat("x ", 24_000));
        RunOrRefuse(() => EbnfGrammar.Compile($"root ::= {head}\"a\" | {head}\"b\"\nx ::= y\ny ::= \"c\" y?"));
    }

    [Fact]
    public void Compile_Refuses_QuantifiersUponQuantifiers() =>
        Should.Throw<GrammarException>(() => RegexGrammar.Compile("a" + new string('*', 90_000)))
            .Message.ShouldContain("quantifiers");

    [Fact]
    public void Compile_EndsOnASmallStack_WhenAnArrayHasManyPlaces()
    {
        string places = string.Join(",", Enumerable.Repeat("""{"type":"integer"}""", 15_000));
        RunOrRefuse(() => Compile($$"""{"type":"array","prefixItems":[{{places}}]}"""));
    }

    [Fact]
    public void Compile_EndsOnASmallStack_WhenEachSchemaNeedsTheNext() =>
        RunOrRefuse(() => Compile(Chain(9_000, "a")));

    [Fact(Timeout = TimeoutMs)]
    public Task Compile_EndsFast_WhenEachSchemaNeedsTheNextTwice() =>
        Task.Run(() => Compile(Chain(41, "a", "b")), TestContext.Current.CancellationToken);

    /// <summary>Schemas of which each requires members of the next one.</summary>
    private static string Chain(int count, params string[] names)
    {
        string required = string.Join(",", names.Select(name => $"\"{name}\""));
        IEnumerable<string> schemas = Enumerable.Range(0, count).Select(i =>
        {
            string next = i + 1 < count ? $$"""{"$ref":"#/$defs/d{{i + 1}}"}""" : """{"type":"null"}""";
            string properties = string.Join(",", names.Select(name => $"\"{name}\":{next}"));
            string members = $$"""{"type":"object","properties":{ {{properties}} },"required":[{{required}}]}""";
            return $"\"d{i}\":{members}";
        });
        return $$"""{"$defs":{ {{string.Join(",", schemas)}} },"$ref":"#/$defs/d0"}""";
    }

    private static ByteGrammar Compile(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema);
        return JsonSchemaGrammar.Compile(document.RootElement);
    }

    /// <summary>Compiles and takes the first steps; only a refusal may come instead.</summary>
    private static void RunOrRefuse(Func<ByteGrammar> compile)
    {
        Exception? fault = null;
        var thread = new Thread(() => fault = Record.Exception(() => TakeFirstSteps(compile())), StackBytes);
        thread.Start();
        thread.Join(TimeoutMs).ShouldBeTrue("it takes too long");
        if (fault is not null) fault.ShouldBeOfType<GrammarException>();
    }

    private static void TakeFirstSteps(ByteGrammar grammar)
    {
        TokenConstraint constraint = new TokenGrammar(grammar, Vocabularies.Tiny).Start();
        ulong[] mask = new ulong[TokenMask.WordCount(Vocabularies.Tiny.Size)];
        constraint.FillMask(mask);
        constraint.ForcedTokens();

        // The first 256 tokens are the bytes; whichever begins the text.
        if (constraint.TryAccept('b') || constraint.TryAccept('"') || constraint.TryAccept('['))
            constraint.FillMask(mask);
    }
}

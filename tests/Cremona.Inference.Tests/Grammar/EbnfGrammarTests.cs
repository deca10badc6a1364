using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Ebnf;

namespace Cremona.Inference.Tests.Grammar;

public class EbnfGrammarTests
{
    private const string Arithmetic = """
        # Sums of products.
        root    ::= sum
        sum     ::= product (("+" | "-") product)*
        product ::= value ("*" value)*
        value   ::= [0-9]+ | "(" sum ")"
        """;

    private const string Json = """
        root   ::= value
        value  ::= object | array | string | number | "true" | "false" | "null"
        object ::= "{" (pair ("," pair)*)? "}"
        pair   ::= string ":" value
        array  ::= "[" (value ("," value)*)? "]"
        string ::= "\"" ([^"\\\x00-\x1f] | "\\" ["\\/bfnrt])* "\""
        number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
        """;

    [Theory]
    [InlineData("1", true)]
    [InlineData("(1+2)*3-((4))", true)]
    [InlineData("(1+2", false)]
    [InlineData("1++2", false)]
    public void Grammar_AcceptsExactly(string text, bool isAccepted) =>
        GrammarRun.Accepts(EbnfGrammar.Compile(Arithmetic), text).ShouldBe(isAccepted);

    [Fact]
    public void Walk_EndsInAnAcceptedText_AndEveryMaskIsExact()
    {
        foreach (string text in new[] { Arithmetic, Json })
        {
            ByteGrammar grammar = EbnfGrammar.Compile(text);
            var tokens = new TokenGrammar(grammar, Vocabularies.Tiny);
            for (int seed = 0; seed < 10; seed++)
            {
                if (GrammarRun.Walk(tokens, seed, 60, comparesMasks: true) is { } walked)
                    GrammarRun.Accepts(grammar, walked).ShouldBeTrue(walked);
            }
        }
    }

    [Fact]
    public void Walk_OverARealVocabulary_MakesJson()
    {
        var tokens = new TokenGrammar(EbnfGrammar.Compile(Json), Vocabularies.NanoTokens);
        int ended = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            if (GrammarRun.Walk(tokens, seed, 300, comparesMasks: seed == 0) is not { } text) continue;
            ended++;
            Should.NotThrow(() => System.Text.Json.JsonDocument.Parse(text), text);
        }

        ended.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("root ::= root \"a\" | \"b\"", "begins with itself")]
    [InlineData("root ::= a\na ::= \"\"? b\nb ::= a", "begins with itself")]
    [InlineData("root ::= other", "not there")]
    [InlineData("start ::= \"a\"", "no rule 'root'")]
    [InlineData("root ::= \"a\" root", "nothing matches")]
    [InlineData("root ::= (\"a\"", "does not end")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "there twice")]
    [InlineData("root ::= \"\\😀\"", "half a character is escaped")]
    public void Compile_Refuses_AndSaysWhy(string text, string reason) =>
        Should.Throw<GrammarException>(() => EbnfGrammar.Compile(text)).Message.ShouldContain(reason);

    [Fact]
    public void Grammar_NestsDeeply_WithoutGrowingPerByte()
    {
        string deep = new string('(', 3000) + "1" + new string(')', 3000);
        GrammarRun.Accepts(EbnfGrammar.Compile(Arithmetic), deep).ShouldBeTrue();
    }
}

using System.Text.RegularExpressions;
using Cremona.Inference.Grammar;
using Cremona.Inference.Grammar.Regex;

namespace Cremona.Inference.Tests.Grammar;

public class RegexGrammarTests
{
    public static TheoryData<string> Expressions =>
    [
        "abc", "[a-c]{2,4}", "(ab|abc)*12?", "-?(0|[1-9][0-9]*)(\\.[0-9]+)?", "[^\"\\\\]*", "中文?|😀+", "(?!ab)[a-z]{3}",
        "\\d{4}-\\d\\d", "a.c", "\\w+ \\S", "^x$|y", "(?=.*b)[a-c]{3}", "\\p{Lu}[\\u4e2d-\\u9fff]", "a{0}b", "(a|b|(c|d){2}){1,3}",
    ];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Walk_EndsInAMatch_AndEveryMaskIsExact(string regex)
    {
        var grammar = new TokenGrammar(RegexGrammar.Compile(regex), Vocabularies.Tiny);
        var expected = new Regex($"^(?:{regex})$");
        for (int seed = 0; seed < 20; seed++)
        {
            string? text = GrammarRun.Walk(grammar, seed, 40, comparesMasks: true);
            if (text is null || !IsComparable(text)) continue;
            expected.IsMatch(text).ShouldBeTrue($"'{text}'");
        }
    }

    // .NET's expressions see half characters, and the end before a last line end.
    private static bool IsComparable(string text) =>
        !text.Contains('\n', StringComparison.Ordinal) && text.EnumerateRunes().All(rune => rune.IsBmp);

    [Theory]
    [InlineData("[a-c]+", "abcabc", true)]
    [InlineData("[a-c]+", "abd", false)]
    [InlineData("a|ab", "ab", true)]
    [InlineData("(?!foo)\\w+", "foobar", false)]
    [InlineData("(?!foo)\\w+", "fobar", true)]
    [InlineData("x{2,}", "x", false)]
    [InlineData(".", "😀", true)]
    [InlineData("[^a]", "a", false)]
    [InlineData("[\\w-.]+", "a-.b", true)]
    public void Grammar_AcceptsExactly(string regex, string text, bool isAccepted) =>
        GrammarRun.Accepts(RegexGrammar.Compile(regex), text).ShouldBe(isAccepted);

    [Theory]
    [InlineData("(a", "does not end")]
    [InlineData("a)", "closing bracket")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("(a)\\1", "back-references")]
    [InlineData("\\bword", "word boundaries")]
    [InlineData("(?<=a)b", "look-behind")]
    [InlineData("[z-a]", "out of order")]
    [InlineData("a{3,2}", "out of order")]
    [InlineData("[^\\s\\S]", "nothing matches")]
    [InlineData("a{1000000}", "asks for more")]
    public void Compile_Refuses_AndSaysWhy(string regex, string reason) =>
        Should.Throw<GrammarException>(() => RegexGrammar.Compile(regex)).Message.ShouldContain(reason);

    [Fact]
    public void Compile_Refuses_DeepNesting() =>
        Should.Throw<GrammarException>(() => RegexGrammar.Compile(new string('(', 5000) + "a" + new string(')', 5000)))
            .Message.ShouldContain("nested more than");

    [Fact]
    public void Choices_AreTheOnlyTexts()
    {
        ByteGrammar grammar = RegexGrammar.Choices(["yes", "yes, sir", "no", "中文"]);
        GrammarRun.Accepts(grammar, "yes").ShouldBeTrue();
        GrammarRun.Accepts(grammar, "yes, sir").ShouldBeTrue();
        GrammarRun.Accepts(grammar, "yes,").ShouldBeFalse();
        for (int seed = 0; seed < 20; seed++)
        {
            GrammarRun.Walk(new TokenGrammar(grammar, Vocabularies.NanoTokens), seed, 40, comparesMasks: false)
                .ShouldBeOneOf("yes", "yes, sir", "no", "中文");
        }
    }

    [Fact]
    public void ForcedTokens_SpellWhatMustCome_AndLeaveTheLastOpen()
    {
        TokenConstraint constraint = new TokenGrammar(
            RegexGrammar.Compile("The answer is: [0-9]+"), Vocabularies.NanoTokens).Start();
        int[] forced = constraint.ForcedTokens();
        forced.ShouldNotBeEmpty();
        "The answer is: ".ShouldStartWith(Vocabularies.Nano.Decode(forced));
        foreach (int token in forced) constraint.TryAccept(token).ShouldBeTrue();
        constraint.MayEnd.ShouldBeFalse();
    }

    [Fact]
    public void Constraint_IsComplete_WhenNothingCanBeAdded()
    {
        TokenConstraint constraint = new TokenGrammar(RegexGrammar.Compile("ab"), Vocabularies.Tiny).Start();
        constraint.TryAccept('a').ShouldBeTrue();
        constraint.IsComplete.ShouldBeFalse();
        constraint.TryAccept('x').ShouldBeFalse();
        constraint.TryAccept('b').ShouldBeTrue();
        constraint.IsComplete.ShouldBeTrue();
        constraint.MayEnd.ShouldBeTrue();
    }
}

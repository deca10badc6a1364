using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>Automata that most JSON grammars share, so that what is found out about them is found out once.</summary>
internal static class StandardLexemes
{
    // Deeper indentation than this is written with less.
    private const int IndentationMax = 40;

    /// <summary>The inside of any JSON string.</summary>
    public static LexemeAutomaton AnyString { get; } = Make(LexemeEncoding.JsonString, p => p.Anything);

    /// <summary>Optional space between JSON tokens: one space, or a line end and an indentation.</summary>
    public static LexemeAutomaton Space { get; } = Make(LexemeEncoding.Utf8, p => p.Optional(p.Or(
        p.Literal(" "),
        p.Concat(p.Literal("\n"), p.Repeat(p.Class(CharacterSet.FromRanges([(' ', ' '), ('\t', '\t')])), 0, IndentationMax)))));

    /// <summary>Any JSON number (RFC 8259, section 6).</summary>
    public static LexemeAutomaton Number { get; } = Make(LexemeEncoding.Utf8, DecimalPatterns.Number);

    /// <summary>Any integer without fraction and exponent.</summary>
    public static LexemeAutomaton Integer { get; } = Make(LexemeEncoding.Utf8, DecimalPatterns.Integer);

    private static LexemeAutomaton Make(LexemeEncoding encoding, Func<PatternFactory, Pattern> pattern)
    {
        var patterns = new PatternFactory();
        return new LexemeAutomaton(patterns, pattern(patterns), encoding);
    }
}

using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Regex;

/// <summary>Output that matches a regular expression, or is one of given texts.</summary>
public static class RegexGrammar
{
    /// <summary>Output that matches an expression (ECMA-262, Unicode) as a whole.</summary>
    /// <exception cref="GrammarException">The expression is malformed, not supported, or matches nothing.</exception>
    public static ByteGrammar Compile(string regex)
    {
        var terms = new TermFactory();
        Pattern pattern = new RegexPatterns(terms.Patterns).Whole(regex);
        return new ByteGrammar(terms, terms.Lexeme(pattern, LexemeEncoding.Utf8));
    }

    /// <summary>Output that is one of the choices.</summary>
    /// <exception cref="GrammarException">There is no choice.</exception>
    public static ByteGrammar Choices(IEnumerable<string> choices)
    {
        var terms = new TermFactory();
        return new ByteGrammar(terms, terms.Or(choices.Select(terms.Text)));
    }
}

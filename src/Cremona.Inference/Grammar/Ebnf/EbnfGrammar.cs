using System.Text;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Regex;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Ebnf;

/// <summary>Reads a context-free grammar in a notation close to GBNF: <c>name ::= "text" [a-z]+ (other | .)* # note</c>,
/// quantifiers <c>* + ? {2} {2,} {2,5}</c>, escapes <c>\n \t \" \\ \x41 \u4e2d</c>. Output begins with the rule
/// <c>root</c>. A rule may use itself anywhere but at its beginning.</summary>
public sealed class EbnfGrammar
{
    private readonly TextCursor _cursor;
    private readonly TermFactory _terms = new();
    private readonly Dictionary<string, Term> _rules = [];
    private int _depth;

    private EbnfGrammar(string text) => _cursor = new TextCursor(
        "the grammar", text, static (text, at) => $"line {1 + text.AsSpan(0, at).Count('\n')} of the grammar");

    private PatternFactory Patterns => _terms.Patterns;

    /// <exception cref="GrammarException">With the line of the fault.</exception>
    public static ByteGrammar Compile(string text)
    {
        var grammar = new EbnfGrammar(text);
        grammar.ReadRules();
        Term root = grammar._rules.GetValueOrDefault("root") ?? throw new GrammarException("", "there is no rule 'root'");
        foreach ((string name, Term rule) in grammar._rules)
            if (rule.Body is null) throw new GrammarException(name, "this rule is used but not there");
        return new ByteGrammar(grammar._terms, root);
    }

    private void ReadRules()
    {
        SkipSpace();
        while (!_cursor.IsAtEnd)
        {
            string name = ReadName() ?? throw Fault("the name of a rule is expected");
            SkipSpace();
            if (!TryRead("::=")) throw Fault("::= is expected");
            Term rule = Rule(name);
            if (rule.Body is not null) throw Fault($"the rule '{name}' is there twice");
            SkipSpace();
            rule.Body = ToTerm(ReadChoice());
        }
    }

    private Term Rule(string name)
    {
        if (!_rules.TryGetValue(name, out Term? rule))
        {
            rule = _terms.Rule(name);
            _rules.Add(name, rule);
        }

        return rule;
    }

    private EbnfPart ReadChoice()
    {
        if (++_depth > GrammarLimits.Depth) throw Fault($"groups are nested more than {GrammarLimits.Depth} deep");
        var parts = new List<EbnfPart> { ReadSequence() };
        while (TryRead("|"))
        {
            SkipSpace();
            parts.Add(ReadSequence());
        }

        _depth--;
        return IsRegular(parts)
            ? Regular(Patterns.Or(parts.Select(part => part.Pattern!)))
            : new EbnfPart(null, _terms.Or(parts.Select(ToTerm)));
    }

    private EbnfPart ReadSequence()
    {
        var parts = new List<EbnfPart>();
        while (!_cursor.IsAtEnd && _cursor.Current is not ('|' or ')') && !IsAtRule()) parts.Add(ReadQuantified());
        return IsRegular(parts)
            ? Regular(Patterns.Concat([.. parts.Select(part => part.Pattern!)]))
            : new EbnfPart(null, _terms.Concat([.. parts.Select(ToTerm)]));
    }

    private EbnfPart ReadQuantified()
    {
        EbnfPart part = ReadAtom();
        SkipSpace();
        while (ReadQuantifier() is var (min, max))
        {
            part = part.Pattern is { } pattern
                ? Regular(Patterns.Repeat(pattern, min, max))
                : new EbnfPart(null, _terms.Repeat(part.Term!, min, max));
            SkipSpace();
        }

        return part;
    }

    private (int Min, int Max)? ReadQuantifier()
    {
        if (TryRead("*")) return (0, Term.Unbounded);
        if (TryRead("+")) return (1, Term.Unbounded);
        if (TryRead("?")) return (0, 1);
        if (!TryRead("{")) return null;
        int min = _cursor.ReadCount() ?? throw Fault("a number is expected");
        int max = TryRead(",") ? _cursor.ReadCount() ?? Term.Unbounded : min;
        if (!TryRead("}")) throw Fault("} is expected");
        return max >= min ? (min, max) : throw Fault("the numbers of a quantifier are out of order");
    }

    private EbnfPart ReadAtom()
    {
        if (TryRead("\"")) return ReadLiteral();
        if (TryRead("[")) return ReadSet();
        if (TryRead(".")) return Regular(Patterns.AnyCharacter);
        if (TryRead("("))
        {
            SkipSpace();
            EbnfPart part = ReadChoice();
            return TryRead(")") ? part : throw Fault("a group does not end");
        }

        string name = ReadName() ?? throw Fault($"'{_cursor.Current}' is not expected here");
        return new EbnfPart(null, Rule(name));
    }

    private EbnfPart ReadLiteral()
    {
        var text = new StringBuilder();
        while (!TryRead("\""))
        {
            if (_cursor.IsAtEnd) throw Fault("a text does not end");
            text.Append(ReadCharacter());
        }

        return Regular(Patterns.Literal(text.ToString()));
    }

    private EbnfPart ReadSet()
    {
        bool isNegative = TryRead("^");
        var ranges = new List<(int, int)>();
        while (!TryRead("]"))
        {
            if (_cursor.IsAtEnd) throw Fault("a bracket does not end");
            if (_cursor.Current == '\\' && CharacterClasses.OfEscape(_cursor.Next) is { } named)
            {
                _cursor.At += 2;
                ranges.AddRange(named.Ranges);
                continue;
            }

            int first = ReadCharacter().Value;
            bool isRange = _cursor is { Current: '-', Next: not ('\0' or ']') };
            int last = isRange && TryRead("-") ? ReadCharacter().Value : first;
            if (last < first) throw Fault("a range is out of order");
            ranges.Add((first, last));
        }

        CharacterSet set = CharacterSet.FromRanges(ranges);
        return Regular(Patterns.Class(isNegative ? set.Complement() : set));
    }

    private Rune ReadCharacter()
    {
        if (!TryRead("\\")) return _cursor.ReadRune();
        if (_cursor.IsAtEnd) throw Fault("ends with a backslash");
        char mark = _cursor.Text[_cursor.At++];
        return mark switch
        {
            'n' => new Rune('\n'),
            'r' => new Rune('\r'),
            't' => new Rune('\t'),
            'x' => ReadHex(2),
            'u' => ReadHex(4),
            'U' => ReadHex(8),
            _ when char.IsAsciiLetterOrDigit(mark) => throw Fault($"the escape \\{mark} is not known"),
            _ when char.IsSurrogate(mark) => throw Fault("half a character is escaped"),
            _ => new Rune(mark),
        };
    }

    private Rune ReadHex(int digits)
    {
        int value = _cursor.ReadHex(digits);
        return Rune.IsValid(value) ? new Rune(value) : throw Fault("this is no character");
    }

    private string? ReadName()
    {
        int start = _cursor.At;
        while (char.IsAsciiLetterOrDigit(_cursor.Current) || _cursor.Current is '-' or '_') _cursor.At++;
        return _cursor.At > start ? _cursor.Text[start.._cursor.At] : null;
    }

    /// <summary>The next rule begins here.</summary>
    private bool IsAtRule()
    {
        int start = _cursor.At;
        bool isRule = ReadName() is not null;
        SkipSpace();
        isRule = isRule && TryRead("::=");
        _cursor.At = start;
        return isRule;
    }

    private void SkipSpace()
    {
        while (!_cursor.IsAtEnd && (char.IsWhiteSpace(_cursor.Current) || _cursor.Current == '#'))
        {
            if (_cursor.Current != '#') _cursor.At++;
            else while (!_cursor.IsAtEnd && _cursor.Current != '\n') _cursor.At++;
        }
    }

    private bool TryRead(string text) => _cursor.TryRead(text);

    private static bool IsRegular(List<EbnfPart> parts) => parts.TrueForAll(part => part.Pattern is not null);

    private static EbnfPart Regular(Pattern pattern) => new(pattern, null);

    private Term ToTerm(EbnfPart part) => part.Term ?? _terms.Lexeme(part.Pattern!, LexemeEncoding.Utf8);

    private GrammarException Fault(string reason) => _cursor.Fault(reason);
}

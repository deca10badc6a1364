using System.Globalization;
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
    private const int CountMax = 100_000;
    private readonly string _text;
    private readonly TermFactory _terms = new();
    private readonly Dictionary<string, Term> _rules = [];
    private int _at;
    private int _depth;

    private EbnfGrammar(string text) => _text = text;

    private PatternFactory Patterns => _terms.Patterns;

    private bool IsAtEnd => _at == _text.Length;

    /// <exception cref="GrammarException">With the line of the fault.</exception>
    public static ByteGrammar Compile(string text)
    {
        if (text.Length > GrammarLimits.TextLength)
            throw new GrammarException("", $"the grammar has {text.Length} characters, at most {GrammarLimits.TextLength} are read");
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
        while (!IsAtEnd)
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
        while (!IsAtEnd && _text[_at] is not ('|' or ')') && !IsAtRule()) parts.Add(ReadQuantified());
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
        int min = ReadCount() ?? throw Fault("a number is expected");
        int max = TryRead(",") ? ReadCount() ?? Term.Unbounded : min;
        if (!TryRead("}")) throw Fault("} is expected");
        return max >= min ? (min, max) : throw Fault("the numbers of a quantifier are out of order");
    }

    private int? ReadCount()
    {
        int start = _at;
        while (!IsAtEnd && char.IsAsciiDigit(_text[_at])) _at++;
        if (start == _at) return null;
        return int.TryParse(_text.AsSpan(start, _at - start), CultureInfo.InvariantCulture, out int count) && count <= CountMax
            ? count
            : throw Fault($"a quantifier asks for more than {CountMax}");
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

        string name = ReadName() ?? throw Fault($"'{_text[_at]}' is not expected here");
        return new EbnfPart(null, Rule(name));
    }

    private EbnfPart ReadLiteral()
    {
        var text = new StringBuilder();
        while (!TryRead("\""))
        {
            if (IsAtEnd) throw Fault("a text does not end");
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
            if (IsAtEnd) throw Fault("a bracket does not end");
            if (_text[_at] == '\\' && _at + 1 < _text.Length && CharacterClasses.OfEscape(_text[_at + 1]) is { } named)
            {
                _at += 2;
                ranges.AddRange(named.Ranges);
                continue;
            }

            int first = ReadCharacter().Value;
            bool isRange = _at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']';
            int last = isRange && TryRead("-") ? ReadCharacter().Value : first;
            if (last < first) throw Fault("a range is out of order");
            ranges.Add((first, last));
        }

        CharacterSet set = CharacterSet.FromRanges(ranges);
        return Regular(Patterns.Class(isNegative ? set.Complement() : set));
    }

    private Rune ReadCharacter()
    {
        if (!TryRead("\\"))
        {
            if (Rune.DecodeFromUtf16(_text.AsSpan(_at), out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
                throw Fault("a character is expected");
            _at += length;
            return rune;
        }

        if (IsAtEnd) throw Fault("ends with a backslash");
        char mark = _text[_at++];
        return mark switch
        {
            'n' => new Rune('\n'),
            'r' => new Rune('\r'),
            't' => new Rune('\t'),
            'x' => ReadHex(2),
            'u' => ReadHex(4),
            'U' => ReadHex(8),
            _ when char.IsAsciiLetterOrDigit(mark) => throw Fault($"the escape \\{mark} is not known"),
            _ => new Rune(mark),
        };
    }

    private Rune ReadHex(int digits)
    {
        if (_at + digits > _text.Length
            || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || !Rune.IsValid(value))
        {
            throw Fault($"{digits} hexadecimal digits of a character are expected");
        }

        _at += digits;
        return new Rune(value);
    }

    private string? ReadName()
    {
        int start = _at;
        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '_')) _at++;
        return _at > start ? _text[start.._at] : null;
    }

    /// <summary>The next rule begins here.</summary>
    private bool IsAtRule()
    {
        int start = _at;
        bool isRule = ReadName() is not null;
        SkipSpace();
        isRule = isRule && TryRead("::=");
        _at = start;
        return isRule;
    }

    private void SkipSpace()
    {
        while (!IsAtEnd && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] != '#') _at++;
            else while (!IsAtEnd && _text[_at] != '\n') _at++;
        }
    }

    private bool TryRead(string text)
    {
        if (!_text.AsSpan(_at).StartsWith(text)) return false;
        _at += text.Length;
        return true;
    }

    private static bool IsRegular(List<EbnfPart> parts) => parts.TrueForAll(part => part.Pattern is not null);

    private static EbnfPart Regular(Pattern pattern) => new(pattern, null);

    private Term ToTerm(EbnfPart part) => part.Term ?? _terms.Lexeme(part.Pattern!, LexemeEncoding.Utf8);

    private GrammarException Fault(string reason) =>
        new($"line {1 + _text.AsSpan(0, _at).Count('\n')} of the grammar", reason);
}

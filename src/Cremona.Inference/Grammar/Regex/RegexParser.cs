using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Regex;

/// <summary>Reads a regular expression in the form of ECMA-262 with Unicode. What a regular language cannot say, or
/// what is not supported, is refused: back-references, look-behind, word boundaries.</summary>
internal sealed class RegexParser
{
    private readonly TextCursor _cursor;
    private int _depth;

    private RegexParser(string text) => _cursor = new TextCursor("regular expression", text, static (text, at) =>
        $"regular expression '{(text.Length <= 60 ? text : text[..60] + "…")}', position {at}");

    /// <exception cref="GrammarException">With the position of the fault.</exception>
    public static RegexNode Parse(string text)
    {
        var parser = new RegexParser(text);
        RegexNode node = parser.ReadChoice();
        return parser._cursor.IsAtEnd ? node : throw parser.Fault("a closing bracket without an opening one");
    }

    private RegexNode ReadChoice()
    {
        if (++_depth > GrammarLimits.Depth) throw Fault($"groups are nested more than {GrammarLimits.Depth} deep");
        var parts = new List<RegexNode> { ReadSequence() };
        while (TryRead("|")) parts.Add(ReadSequence());
        _depth--;
        return parts.Count == 1 ? parts[0] : new RegexNode(RegexKind.Choice) { Parts = [.. parts] };
    }

    private RegexNode ReadSequence()
    {
        var parts = new List<RegexNode>();
        while (!_cursor.IsAtEnd && _cursor.Current is not ('|' or ')')) parts.Add(ReadQuantified());
        return parts.Count == 1 ? parts[0] : new RegexNode(RegexKind.Sequence) { Parts = [.. parts] };
    }

    private RegexNode ReadQuantified()
    {
        RegexNode atom = ReadAtom();
        int depth = 0;
        while (ReadQuantifier() is var (min, max))
        {
            if (++depth > GrammarLimits.Depth) throw Fault($"more than {GrammarLimits.Depth} quantifiers follow each other");
            if (!TryRead("?") && _cursor.Current == '+') throw Fault("possessive quantifiers are not supported");
            atom = new RegexNode(RegexKind.Repeat) { Parts = [atom], Min = min, Max = max };
        }

        return atom;
    }

    private (int Min, int Max)? ReadQuantifier()
    {
        if (TryRead("*")) return (0, Pattern.Unbounded);
        if (TryRead("+")) return (1, Pattern.Unbounded);
        if (TryRead("?")) return (0, 1);
        int start = _cursor.At;
        if (!TryRead("{")) return null;
        int? min = _cursor.ReadCount();
        int? max = min;
        if (TryRead(",")) max = _cursor.ReadCount() ?? Pattern.Unbounded;
        if (min is null || !TryRead("}"))
        {
            // A brace that is no quantifier stands for itself.
            _cursor.At = start;
            return null;
        }

        return max >= min ? (min.Value, max!.Value) : throw Fault("the numbers of a quantifier are out of order");
    }

    private RegexNode ReadAtom()
    {
        if (TryRead("(")) return ReadGroup();
        if (TryRead("[")) return OfSet(ReadSet());
        if (TryRead(".")) return OfSet(CharacterClasses.Dot);
        if (TryRead("^")) return new RegexNode(RegexKind.Start);
        if (TryRead("$")) return new RegexNode(RegexKind.End);
        if (TryRead("\\")) return ReadEscapedAtom();
        if (_cursor.Current is '*' or '+' or '?') throw Fault("a quantifier has nothing to repeat");
        return OfSet(CharacterSet.Of(_cursor.ReadRune().Value));
    }

    private RegexNode ReadGroup()
    {
        if (TryRead("?="))
            return new RegexNode(RegexKind.LookAhead) { Parts = [ReadGroupEnd()] };
        if (TryRead("?!"))
            return new RegexNode(RegexKind.LookAhead) { Parts = [ReadGroupEnd()], IsNegative = true };
        if (TryRead("?<=") || TryRead("?<!")) throw Fault("look-behind is not supported");
        if (TryRead("?<") || TryRead("?P<"))
        {
            while (!_cursor.IsAtEnd && _cursor.Current != '>') _cursor.At++;
            if (!TryRead(">")) throw Fault("the name of a group does not end");
        }
        else if (!TryRead("?:") && _cursor.Current == '?')
        {
            throw Fault("this kind of group is not supported");
        }

        return ReadGroupEnd();
    }

    private RegexNode ReadGroupEnd()
    {
        RegexNode node = ReadChoice();
        return TryRead(")") ? node : throw Fault("a group does not end");
    }

    private RegexNode ReadEscapedAtom()
    {
        if (_cursor.IsAtEnd) throw Fault("ends with a backslash");
        char mark = _cursor.Current;
        return mark switch
        {
            'b' or 'B' => throw Fault("word boundaries are not supported"),
            >= '1' and <= '9' or 'k' => throw Fault("back-references are not supported"),
            'A' or 'Z' or 'z' or 'G' => throw Fault($"\\{mark} is not in ECMA-262"),
            _ => OfSet(ReadEscape()),
        };
    }

    /// <summary>What follows a backslash, inside and outside of brackets.</summary>
    private CharacterSet ReadEscape()
    {
        char mark = _cursor.Text[_cursor.At++];
        if (CharacterClasses.OfEscape(mark) is { } set) return set;
        return mark switch
        {
            'p' or 'P' => ReadCategory(isNegative: mark == 'P'),
            't' => CharacterSet.Of('\t'),
            'n' => CharacterSet.Of('\n'),
            'r' => CharacterSet.Of('\r'),
            'f' => CharacterSet.Of('\f'),
            'v' => CharacterSet.Of('\v'),
            '0' => CharacterSet.Of(0),
            'c' => char.IsAsciiLetter(_cursor.Current)
                ? CharacterSet.Of(_cursor.Text[_cursor.At++] % 32)
                : throw Fault("\\c needs a letter"),
            'x' => CharacterSet.Of(_cursor.ReadHex(2)),
            'u' => CharacterSet.Of(ReadUnicode()),
            _ when char.IsAsciiLetterOrDigit(mark) => throw Fault($"the escape \\{mark} is not known"),
            _ => CharacterSet.Of(char.IsSurrogate(mark) ? throw Fault("half a character is escaped") : mark),
        };
    }

    private CharacterSet ReadCategory(bool isNegative)
    {
        int end = TryRead("{") ? _cursor.Text.IndexOf('}', _cursor.At) : -1;
        if (end < 0) throw Fault("a category stands in braces");
        string name = _cursor.Text[_cursor.At..end];
        _cursor.At = end + 1;
        string category = name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name;
        CharacterSet set = CharacterClasses.OfCategory(LongNames.GetValueOrDefault(category, category))
            ?? throw Fault($"the category {name} is not supported");
        return isNegative ? set.Complement() : set;
    }

    private static Dictionary<string, string> LongNames { get; } = new()
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Mark"] = "M",
    };

    private int ReadUnicode()
    {
        if (TryRead("{"))
        {
            int end = _cursor.Text.IndexOf('}', _cursor.At);
            if (end < 0 || end - _cursor.At > 6) throw Fault("\\u{ does not end");
            int scalar = _cursor.ReadHex(end - _cursor.At);
            _cursor.At = end + 1;
            return scalar <= 0x10FFFF ? scalar : throw Fault("this is no character");
        }

        int first = _cursor.ReadHex(4);
        if (!char.IsHighSurrogate((char)first) || !TryRead("\\u")) return first;
        int second = _cursor.ReadHex(4);
        return char.IsLowSurrogate((char)second)
            ? char.ConvertToUtf32((char)first, (char)second)
            : throw Fault("half a surrogate pair");
    }

    private CharacterSet ReadSet()
    {
        bool isNegative = TryRead("^");
        var ranges = new List<(int, int)>();
        while (!TryRead("]"))
        {
            if (_cursor.IsAtEnd) throw Fault("a bracket does not end");
            CharacterSet first = ReadSetPart();
            bool isRange = first.Ranges is [var (only, same)] && only == same
                && _cursor is { Current: '-', Next: not ('\0' or ']') };
            if (!isRange)
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            _cursor.At++;
            CharacterSet last = ReadSetPart();
            if (last.Ranges is [var (lastOnly, lastSame)] && lastOnly == lastSame)
            {
                if (lastOnly < first.Ranges[0].First) throw Fault("a range is out of order");
                ranges.Add((first.Ranges[0].First, lastOnly));
            }
            else
            {
                // As in [\w-.]: the hyphen stands for itself.
                ranges.AddRange([.. first.Ranges, ('-', '-'), .. last.Ranges]);
            }
        }

        CharacterSet set = CharacterSet.FromRanges(ranges);
        return isNegative ? set.Complement() : set;
    }

    private CharacterSet ReadSetPart()
    {
        if (_cursor.IsAtEnd) throw Fault("a bracket does not end");
        if (!TryRead("\\")) return CharacterSet.Of(_cursor.ReadRune().Value);
        if (_cursor.IsAtEnd) throw Fault("ends with a backslash");
        return TryRead("b") ? CharacterSet.Of('\b') : ReadEscape();
    }

    private static RegexNode OfSet(CharacterSet set) => new(RegexKind.Class) { Set = set };

    private bool TryRead(string text) => _cursor.TryRead(text);

    private GrammarException Fault(string reason) => _cursor.Fault(reason);
}

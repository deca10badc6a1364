using System.Globalization;
using System.Text;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Cuts a template into tokens. White space around tags goes as chat templates are rendered everywhere:
/// <c>trim_blocks</c> and <c>lstrip_blocks</c> are on.</summary>
/// <remarks>Source: the documentation of Jinja, sections "Whitespace Control" and "Expressions".</remarks>
internal sealed class Lexer
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}",
        ",", ".", ":", "|",
    ];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _place;
    private int _line = 1;
    private int _counted;

    private Lexer(string source) => _source = source;

    /// <exception cref="JinjaException">A tag or a literal has no end, or a character has no meaning.</exception>
    public static IReadOnlyList<Token> Read(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        var lexer = new Lexer(source);
        while (lexer._place < source.Length) lexer.ReadTextAndTag();
        lexer.Add(TokenKind.End, "the end");
        return lexer._tokens;
    }

    private void ReadTextAndTag()
    {
        int tag = FindTag();
        if (tag > _place) AddText(_place, tag);
        _place = tag;
        if (tag == _source.Length) return;
        char kind = _source[tag + 1];
        _place = tag + 2;
        if (kind == '#') SkipComment();
        else if (kind == '{') ReadTag(TokenKind.PrintStart, "}}", TokenKind.PrintEnd);
        else if (IsRaw(out int content)) ReadRaw(content);
        else ReadTag(TokenKind.BlockStart, "%}", TokenKind.BlockEnd);
    }

    private int FindTag()
    {
        for (int i = _place; ; i++)
        {
            i = _source.IndexOf('{', i);
            if (i < 0 || i + 1 >= _source.Length) return _source.Length;
            if (_source[i + 1] is '{' or '%' or '#') return i;
        }
    }

    /// <summary>Text before a tag, without the white space that the tag takes.</summary>
    private void AddText(int start, int end)
    {
        int kept = end;
        char mark = end + 2 < _source.Length ? _source[end + 2] : ' ';
        if (end < _source.Length && mark == '-')
        {
            while (kept > start && char.IsWhiteSpace(_source[kept - 1])) kept--;
        }
        else if (end < _source.Length && mark != '+' && _source[end + 1] != '{')
        {
            int line = end;
            while (line > start && _source[line - 1] is ' ' or '\t') line--;
            if (line > 0 ? _source[line - 1] == '\n' : line == 0) kept = line;
        }

        if (kept > start) Add(TokenKind.Text, _source[start..kept]);
    }

    private void SkipComment()
    {
        int end = _source.IndexOf("#}", _place, StringComparison.Ordinal);
        if (end < 0) throw new JinjaException("a comment has no end", LineAt(_place));
        char mark = end > _place ? _source[end - 1] : ' ';
        _place = end + 2;
        TakeSpace(mark, isBlock: true);
    }

    private void ReadTag(TokenKind start, string close, TokenKind end)
    {
        Add(start, "");
        if (_place < _source.Length && _source[_place] is '-' or '+') _place++;
        var brackets = new Stack<char>();
        while (true)
        {
            while (_place < _source.Length && char.IsWhiteSpace(_source[_place])) _place++;
            if (_place >= _source.Length) throw new JinjaException($"a tag has no end {close}", LineAt(_place));
            int mark = _source[_place] is '-' or '+' ? 1 : 0;
            if (brackets.Count == 0 && _source.AsSpan(_place + mark).StartsWith(close, StringComparison.Ordinal))
            {
                char character = mark == 1 ? _source[_place] : ' ';
                Add(end, close);
                _place += mark + close.Length;
                TakeSpace(character, isBlock: end == TokenKind.BlockEnd);
                return;
            }

            ReadToken(brackets);
        }
    }

    /// <summary>What a tag takes of the text behind it.</summary>
    private void TakeSpace(char mark, bool isBlock)
    {
        if (mark == '-')
        {
            while (_place < _source.Length && char.IsWhiteSpace(_source[_place])) _place++;
        }
        else if (isBlock && mark != '+' && _place < _source.Length && _source[_place] == '\n')
        {
            _place++;
        }
    }

    private void ReadToken(Stack<char> brackets)
    {
        char first = _source[_place];
        if (first is '"' or '\'') ReadLiteral(first);
        else if (char.IsAsciiDigit(first)) ReadNumber();
        else if (char.IsLetter(first) || first == '_') ReadName();
        else ReadOperator(brackets);
    }

    private void ReadName()
    {
        int start = _place;
        while (_place < _source.Length && (char.IsLetterOrDigit(_source[_place]) || _source[_place] == '_')) _place++;
        Add(TokenKind.Name, _source[start.._place]);
    }

    private void ReadNumber()
    {
        int start = _place;
        bool isReal = false;
        for (; _place < _source.Length; _place++)
        {
            char character = _source[_place];
            bool isPoint = character == '.' && !isReal && _place + 1 < _source.Length
                && char.IsAsciiDigit(_source[_place + 1]);
            bool isExponent = character is 'e' or 'E' && _place + 1 < _source.Length
                && (char.IsAsciiDigit(_source[_place + 1]) || _source[_place + 1] is '-' or '+');
            if (isPoint || isExponent) isReal = true;
            else if (!char.IsAsciiDigit(character) && character != '_') break;
            if (isExponent) _place++;
        }

        string digits = _source[start.._place].Replace("_", "", StringComparison.Ordinal);
        Add(isReal ? TokenKind.Number : TokenKind.Integer, digits);
    }

    private void ReadOperator(Stack<char> brackets)
    {
        string? found = Array.Find(
            Operators, sign => _source.AsSpan(_place).StartsWith(sign, StringComparison.Ordinal));
        if (found is null) throw new JinjaException($"'{_source[_place]}' has no meaning here", LineAt(_place));
        if (found is "(" or "[" or "{") brackets.Push(found[0]);
        if (found is ")" or "]" or "}" && !brackets.TryPop(out _))
            throw new JinjaException($"'{found}' closes what was not opened", LineAt(_place));
        Add(TokenKind.Operator, found);
        _place += found.Length;
    }

    private void ReadLiteral(char quote)
    {
        var text = new StringBuilder();
        int i = _place + 1;
        for (; i < _source.Length && _source[i] != quote; i++)
        {
            if (_source[i] != '\\' || i + 1 == _source.Length) text.Append(_source[i]);
            else i = ReadEscape(i + 1, text);
        }

        if (i >= _source.Length) throw new JinjaException("a text has no closing quote", LineAt(_place));
        Add(TokenKind.Literal, text.ToString());
        _place = i + 1;
    }

    /// <summary>Appends what an escape stands for; returns the place of its last character.</summary>
    private int ReadEscape(int place, StringBuilder text)
    {
        char code = _source[place];
        int digits = code switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        int value = 0;
        bool isCode = digits > 0 && place + digits < _source.Length && int.TryParse(
            _source.AsSpan(place + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (isCode && value >= 0 && (value <= char.MaxValue || Rune.IsValid(value)))
        {
            if (value <= char.MaxValue) text.Append((char)value);
            else text.Append(new Rune(value).ToString());
            return place + digits;
        }

        string? simple = code switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            'a' => "\a",
            '0' => "\0",
            '\\' => "\\",
            '\'' => "'",
            '"' => "\"",
            '\n' => "",
            _ => null,
        };
        text.Append(simple ?? $"\\{code}");
        return place;
    }

    private bool IsRaw(out int content)
    {
        content = 0;
        int i = _place;
        if (i < _source.Length && _source[i] is '-' or '+') i++;
        while (i < _source.Length && char.IsWhiteSpace(_source[i])) i++;
        if (!_source.AsSpan(i).StartsWith("raw", StringComparison.Ordinal)) return false;
        for (i += 3; i < _source.Length && char.IsWhiteSpace(_source[i]); i++)
        {
        }

        if (i < _source.Length && _source[i] is '-' or '+') i++;
        content = i + 2;
        return _source.AsSpan(i).StartsWith("%}", StringComparison.Ordinal);
    }

    private void ReadRaw(int content)
    {
        _place = content;
        TakeSpace(_source[content - 3], isBlock: true);
        int end = _source.IndexOf("endraw", _place, StringComparison.Ordinal);
        int open = end < 0 ? -1 : _source.LastIndexOf("{%", end, StringComparison.Ordinal);
        int close = end < 0 ? -1 : _source.IndexOf("%}", end, StringComparison.Ordinal);
        if (open < _place || close < 0) throw new JinjaException("a raw block has no end", LineAt(_place));
        AddText(_place, open);
        _place = close + 2;
        TakeSpace(_source[close - 1], isBlock: true);
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, LineAt(_place)));

    private int LineAt(int place)
    {
        for (; _counted < Math.Min(place, _source.Length); _counted++)
        {
            if (_source[_counted] == '\n') _line++;
        }

        return _line;
    }
}

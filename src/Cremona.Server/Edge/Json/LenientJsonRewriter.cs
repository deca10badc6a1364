using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cremona.Server.Edge.Json;

/// <summary>Walks one lenient JSON text and writes the same as strict JSON. One pass, one character of
/// look-ahead.</summary>
internal sealed class LenientJsonRewriter(string text, int depthMax)
{
    private static readonly SearchValues<char> Whitespace = SearchValues.Create(" \t\r\n");

    private readonly StringBuilder _strict = new(text.Length + 16);
    private int _position;
    private int _depth;

    /// <exception cref="JsonFaultException">Says where the text cannot go on.</exception>
    public string Rewrite()
    {
        SkipBlanks();
        RewriteValue();
        SkipBlanks();
        return _position == text.Length ? _strict.ToString() : throw Fault();
    }

    /// <summary>The fault at a character offset, in lines and columns from 1.</summary>
    public static JsonFaultException FaultAt(string text, int offset, string? reason = null)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, offset);
        int lineStart = before.LastIndexOf('\n') + 1;
        int column = 1;
        foreach (Rune _ in before[lineStart..].EnumerateRunes())
        {
            column++;
        }

        return new JsonFaultException(before.Count('\n') + 1, column, reason);
    }

    private char Current => _position < text.Length ? text[_position] : '\0';

    private JsonFaultException Fault() => FaultAt(text, _position);

    private void RewriteValue()
    {
        switch (Current)
        {
            case '{':
                RewriteMembers('}', RewriteProperty);
                break;
            case '[':
                RewriteMembers(']', RewriteValue);
                break;
            case '"':
                CopyString();
                break;
            case 't':
                CopyWord("true");
                break;
            case 'f':
                CopyWord("false");
                break;
            case 'n':
                CopyWord("null");
                break;
            default:
                CopyNumber();
                break;
        }
    }

    private void RewriteMembers(char close, Action rewriteMember)
    {
        if (++_depth > depthMax)
        {
            throw Fault();
        }

        Copy(1);
        SkipBlanks();
        bool isFirst = true;
        while (Current != close)
        {
            if (!isFirst)
            {
                _strict.Append(',');
            }

            isFirst = false;
            rewriteMember();
            SkipBlanks();
            if (Current == ',')
            {
                _position++; // Written only when another member follows.
                SkipBlanks();
            }
            else if (Current != close)
            {
                throw Fault();
            }
        }

        Copy(1);
        _depth--;
    }

    private void RewriteProperty()
    {
        if (Current == '"')
        {
            CopyString();
        }
        else
        {
            CopyIdentifier();
        }

        SkipBlanks();
        if (Current != ':')
        {
            throw Fault();
        }

        Copy(1);
        SkipBlanks();
        RewriteValue();
    }

    private void CopyIdentifier()
    {
        int start = _position;
        while (char.IsLetter(Current) || Current is '_' or '$'
            || (_position > start && (char.IsDigit(Current) || Current == '-')))
        {
            _position++;
        }

        if (_position == start)
        {
            throw Fault();
        }

        _strict.Append('"').Append(text, start, _position - start).Append('"');
    }

    private void CopyString()
    {
        Copy(1);
        while (Current != '"')
        {
            if (_position == text.Length || Current < ' ')
            {
                throw Fault();
            }

            Copy(Current == '\\' ? EscapeLength() : 1);
        }

        Copy(1);
    }

    private int EscapeLength()
    {
        char escaped = _position + 1 < text.Length ? text[_position + 1] : '\0';
        if (escaped == 'u' && _position + 6 <= text.Length
            && text.AsSpan(_position + 2, 4).IndexOfAnyExcept(HexDigits) < 0)
        {
            return CharacterLength();
        }

        return "\"\\/bfnrt".Contains(escaped, StringComparison.Ordinal) && escaped != '\0' ? 2 : throw Fault();
    }

    /// <summary>Of one escape, or of the two that a character beyond the Basic Multilingual Plane takes.</summary>
    private int CharacterLength()
    {
        char first = UnitAt(_position);
        if (!char.IsSurrogate(first))
        {
            return 6;
        }

        int next = _position + 6;
        bool isPair = char.IsHighSurrogate(first) && next + 6 <= text.Length
            && text[next] == '\\' && text[next + 1] == 'u'
            && text.AsSpan(next + 2, 4).IndexOfAnyExcept(HexDigits) < 0 && char.IsLowSurrogate(UnitAt(next));
        return isPair ? 12 : throw FaultAt(text, _position, "half of a surrogate pair is no character");
    }

    private char UnitAt(int escape) =>
        (char)ushort.Parse(text.AsSpan(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private void CopyWord(string word)
    {
        if (string.CompareOrdinal(text, _position, word, 0, word.Length) != 0)
        {
            throw Fault();
        }

        Copy(word.Length);
    }

    private void CopyNumber()
    {
        int length = 0;
        while (_position + length < text.Length && (char.IsAsciiDigit(text[_position + length])
            || text[_position + length] is '-' or '+' or '.' or 'e' or 'E'))
        {
            length++;
        }

        if (length == 0 || !IsStrictNumber(text.Substring(_position, length)))
        {
            throw Fault();
        }

        Copy(length);
    }

    private static bool IsStrictNumber(string number)
    {
        var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(number));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Copy(int length)
    {
        _strict.Append(text, _position, length);
        _position += length;
    }

    /// <summary>Skips blanks and both forms of comments.</summary>
    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            if (Whitespace.Contains(Current))
            {
                _position++;
            }
            else if (StartsWith("//"))
            {
                int end = text.IndexOf('\n', _position);
                _position = end < 0 ? text.Length : end;
            }
            else if (StartsWith("/*"))
            {
                int end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
                _position = end < 0 ? throw Fault() : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private bool StartsWith(string mark) => string.CompareOrdinal(text, _position, mark, 0, mark.Length) == 0;
}

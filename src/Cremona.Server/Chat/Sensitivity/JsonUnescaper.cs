using System.Text;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Gives the words that a JSON text says: escapes are replaced by what they stand for, everything else stays.
/// The text may arrive in pieces, and need not be whole. One per text.</summary>
internal sealed class JsonUnescaper
{
    private const int HexDigitCount = 4;

    private bool _isEscaped;
    private int _hexDigitsLeft;
    private int _code;

    /// <summary>Of a text in one piece.</summary>
    public static string Unescape(string json) => new JsonUnescaper().Append(json);

    /// <summary>What the next piece says; an escape is said with its last character.</summary>
    public string Append(string text)
    {
        var said = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (Read(c) is { } character)
            {
                said.Append(character);
            }
        }

        return said.ToString();
    }

    /// <summary>What the next character completes; null inside of an escape.</summary>
    public char? Read(char c)
    {
        if (_hexDigitsLeft > 0 && char.IsAsciiHexDigit(c))
        {
            _code = (_code << 4) | (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            return --_hexDigitsLeft == 0 ? (char)_code : null;
        }

        _hexDigitsLeft = 0;
        if (!_isEscaped)
        {
            _isEscaped = c == '\\';
            return _isEscaped ? null : c;
        }

        _isEscaped = false;
        if (c == 'u')
        {
            (_hexDigitsLeft, _code) = (HexDigitCount, 0);
            return null;
        }

        return c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c };
    }
}

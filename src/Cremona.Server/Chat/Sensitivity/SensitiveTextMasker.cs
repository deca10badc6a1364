using System.Text;
using System.Text.RegularExpressions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Replaces each character of an e-mail address, link, domain, Chinese ID number or Chinese mobile number by
/// <c>*</c>, in text that arrives in pieces. Home addresses, which the platform masks too, are not recognised. One per
/// text.</summary>
/// <param name="isJson">The text is JSON and stays it: only what strings say is masked.</param>
/// <remarks>All of them consist of printable ASCII without blanks, so an unfinished run of such characters is held back
/// until it ends; the masked whole does not depend on how the text was cut.</remarks>
internal sealed partial class SensitiveTextMasker(bool isJson = false)
{
    private const int HeldLengthMax = 4096;

    // The length of the longest escape, with its backslash: \uXXXX.
    private const int EscapeLengthMax = 6;

    private readonly StringBuilder _held = new();
    private bool _isInString;
    private int _escapeLeft;

    /// <summary>Masks what is complete; possibly empty.</summary>
    public string Append(string text)
    {
        _held.Append(text);
        int end = _held.Length;
        while (end > 0 && IsRunCharacter(_held[end - 1]))
        {
            end--;
        }

        // A run longer than any address is no address; it must not grow without bound.
        return Take(_held.Length - end > HeldLengthMax ? _held.Length : end);
    }

    /// <summary>Masks the rest at the end of the text.</summary>
    public string Flush() => Take(_held.Length);

    private string Take(int length)
    {
        if (length == 0)
        {
            return "";
        }

        char[] text = new char[length];
        _held.CopyTo(0, text, length);
        _held.Remove(0, length);

        // Lower case of ASCII only: ignoring case would also take the Kelvin sign for a k, beyond the end of a run.
        char[] lower = [.. text.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c)];
        if (isJson)
        {
            KeepStringsOnly(lower);
        }

        foreach (ValueMatch match in Sensitive().EnumerateMatches(lower))
        {
            text.AsSpan(match.Index, match.Length).Fill('*');
        }

        return new string(text);
    }

    /// <summary>Blanks what no match may touch, or the whole were no JSON any more: everything outside of strings,
    /// and escapes.</summary>
    private void KeepStringsOnly(Span<char> text)
    {
        foreach (ref char c in text)
        {
            bool isKept = _escapeLeft == 0 && _isInString && c is not ('"' or '\\');
            if (_escapeLeft == EscapeLengthMax - 1)
            {
                _escapeLeft = c == 'u' ? EscapeLengthMax - 2 : 0;
            }
            else if (_escapeLeft > 0)
            {
                _escapeLeft--;
            }
            else if (_isInString && c == '\\')
            {
                _escapeLeft = EscapeLengthMax - 1;
            }
            else if (c == '"')
            {
                _isInString = !_isInString;
            }

            c = isKept ? c : ' ';
        }
    }

    private static bool IsRunCharacter(char c) => c is > ' ' and < '\u007f' and not ('"' or '<' or '>' or '`');

    /// <summary>In this order: links, e-mail addresses, domains under common top-level names, 18-digit ID
    /// numbers, Chinese mobile numbers.</summary>
    [GeneratedRegex("""
        (?:https?|ftp)://[!#-;=?-_a-z{-~]+
        | [a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+
        | (?<![a-z0-9.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+
          (?:com|cn|net|org|gov|edu|io|ai|co|cc|tv|me|info|biz|top|xyz|app|dev|site|online|shop|club|vip
            |hk|tw|jp|kr|uk|us|eu|de|fr|ru)
          (?![a-z0-9-])(?::\d{1,5})?(?:/[!#-;=?-_a-z{-~]*)?
        | (?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9x](?![0-9])
        | (?<![0-9])(?:(?:\+|00)?86-?)?1[3-9][0-9](?:[0-9]{8}|-[0-9]{4}-[0-9]{4})(?![0-9])
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sensitive();
}

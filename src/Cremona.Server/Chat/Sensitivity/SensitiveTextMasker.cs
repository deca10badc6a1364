using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Replaces each character of an e-mail address, link, domain, Chinese ID number, Chinese mobile number or
/// home address (<see cref="HomeAddresses"/>) by <c>*</c>, in text that arrives in pieces. One per text.</summary>
/// <param name="isJson">The text is JSON and stays it: only what strings say is masked.</param>
/// <remarks>All but the last consist of printable ASCII without blanks, so an unfinished run of such characters is held
/// back until it ends, and so is what a home address may begin with: in Chinese the last few characters, and the clause
/// from where a region or a street is named. The text is taken character by character: the masked whole does not depend
/// on how it was cut.</remarks>
internal sealed partial class SensitiveTextMasker(bool isJson = false)
{
    private const int HeldLengthMax = 4096;

    // The length of the longest escape, with its backslash: \uXXXX.
    private const int EscapeLengthMax = 6;

    private const char FirstHan = '\u4e00';

    private readonly List<char> _held = [];
    private readonly List<char> _kept = []; // of what is held, what a match may touch; the rest is blank
    private int _runLength; // at the end of what is held
    private bool _mayHoldAddress;
    private bool _isInString;
    private int _escapeLeft;

    /// <summary>Masks what is complete; possibly empty.</summary>
    public string Append(string text)
    {
        var masked = new StringBuilder();
        foreach (char c in text)
        {
            char kept = isJson ? KeepOfString(c) : c;
            _held.Add(c);
            _kept.Add(kept);
            _runLength = IsRunCharacter(kept) ? _runLength + 1 : 0;
            _mayHoldAddress |= char.IsAsciiDigit(kept) || kept >= FirstHan;
            masked.Append(Take(FindEnd()));
        }

        return masked.ToString();
    }

    /// <summary>Masks the rest at the end of the text.</summary>
    public string Flush() => Take(_held.Count);

    /// <summary>Of what nothing that follows can change.</summary>
    private int FindEnd()
    {
        int end = _held.Count - _runLength;
        if (_mayHoldAddress)
        {
            end = Math.Min(end, HomeAddresses.FindBegun(CollectionsMarshal.AsSpan(_kept)));
        }

        // What is longer than any address is none; it must not grow without bound.
        return _held.Count - end > HeldLengthMax ? _held.Count : end;
    }

    private string Take(int length)
    {
        if (length == 0)
        {
            return "";
        }

        char[] text = [.. CollectionsMarshal.AsSpan(_held)[..length]];
        char[] kept = [.. CollectionsMarshal.AsSpan(_kept)[..length]];
        _held.RemoveRange(0, length);
        _kept.RemoveRange(0, length);
        _runLength = Math.Min(_runLength, _held.Count);
        _mayHoldAddress &= _held.Count > 0;
        HomeAddresses.Mask(kept, text);

        // Lower case of ASCII only: ignoring case would also take the Kelvin sign for a k, beyond the end of a run.
        char[] lower = [.. kept.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c)];
        foreach (ValueMatch match in Sensitive().EnumerateMatches(lower))
        {
            text.AsSpan(match.Index, match.Length).Fill('*');
        }

        return new string(text);
    }

    /// <summary>A blank for what no match may touch, or the whole were no JSON any more: everything outside of
    /// strings, and escapes.</summary>
    private char KeepOfString(char c)
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

        return isKept ? c : ' ';
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

using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Cremona.Server.Chat.Sensitivity;

/// <summary>Replaces each character of an e-mail address, link, domain, Chinese ID number, Chinese telephone
/// number or home address (<see cref="HomeAddresses"/>) by <c>*</c>, in text that arrives in pieces. One per
/// text.</summary>
/// <param name="isJson">The text is JSON and stays it: only what strings say is masked, and an escape in it gives way
/// whole. Null: it is JSON if it begins with a brace or a bracket.</param>
/// <remarks>All but the last two consist of printable ASCII without blanks, so an unfinished run of such characters
/// is held back until it ends, and so are digits with single blanks, and what a home address may begin with: in
/// Chinese the name that stands before a region or a street, and what goes on behind one. The text is taken
/// character by character: the masked whole does not depend on how it was cut.</remarks>
internal sealed partial class SensitiveTextMasker(bool? isJson = false)
{
    private const int HeldLengthMax = 4096;
    private const int PhoneLengthMax = 32; // of a telephone number with everything that may be in it
    private const int ContextLength = 4; // what the patterns look at before a match
    private const char FirstHan = '\u4e00';

    private readonly StringBuilder _written = new(); // what is held, as it is written
    private readonly List<int> _lengths = []; // of the characters that are held, as they are written
    private readonly List<char> _seen = []; // some that were told, then those held; blank where no match may be
    private bool? _isJson = isJson; // null before the first character that is no blank
    private JsonUnescaper? _unescaper;
    private int _told; // of those seen
    private int _open; // written characters of an escape that is not whole
    private int _runLength; // at the end of what is held
    private int _phoneLength; // of what may be a telephone number at the end of what is held
    private bool _mayHoldAddress;
    private bool _isInString;

    /// <summary>Masks what is complete; possibly empty.</summary>
    public string Append(string text)
    {
        var masked = new StringBuilder();
        foreach (char c in text)
        {
            _written.Append(c);
            _open++;
            if (Read(c) is not { } seen)
            {
                continue;
            }

            _phoneLength = IsOfPhone(seen) ? Math.Min(_phoneLength + 1, PhoneLengthMax) : 0;
            _seen.Add(seen);
            _lengths.Add(_open);
            _open = 0;
            _runLength = IsRunCharacter(seen) ? _runLength + 1 : 0;
            _mayHoldAddress |= char.IsAsciiDigit(seen) || seen >= FirstHan;
            Take(FindEnd(), masked);
        }

        return masked.ToString();
    }

    /// <summary>Masks the rest at the end of the text.</summary>
    public string Flush()
    {
        var masked = new StringBuilder();
        Take(_seen.Count, masked);
        masked.Append(_written);
        _written.Clear();
        return masked.ToString();
    }

    /// <summary>Of what nothing that follows can change.</summary>
    private int FindEnd()
    {
        int end = _seen.Count - Math.Max(_runLength, _phoneLength);
        if (_mayHoldAddress)
        {
            end = Math.Min(end, HomeAddresses.FindBegun(CollectionsMarshal.AsSpan(_seen), _told));
        }

        // What is longer than any address is none; it must not grow without bound.
        return _seen.Count - end > HeldLengthMax ? _seen.Count : end;
    }

    private void Take(int end, StringBuilder masked)
    {
        if (end == _told)
        {
            return;
        }

        bool[] isMasked = FindMasked(end);
        while (end > _told && end < _seen.Count && isMasked[end - 1] && isMasked[end])
        {
            end--; // Half of a match would not be found again.
        }

        int at = 0;
        for (int i = _told; i < end; i++)
        {
            int length = _lengths[i - _told];
            _ = isMasked[i] ? masked.Append('*') : masked.Append(_written, at, length);
            at += length;
        }

        _written.Remove(0, at);
        _lengths.RemoveRange(0, end - _told);
        int dropped = Math.Max(0, end - ContextLength);
        _seen.RemoveRange(0, dropped);
        _told = end - dropped;
        _runLength = Math.Min(_runLength, _lengths.Count);
        _phoneLength = Math.Min(_phoneLength, _lengths.Count);
        _mayHoldAddress &= _lengths.Count > 0;
    }

    /// <summary>Matches are looked for in all that is there: how one ends may hang on what stands behind it.</summary>
    private bool[] FindMasked(int end)
    {
        ReadOnlySpan<char> seen = CollectionsMarshal.AsSpan(_seen);
        bool[] isMasked = new bool[seen.Length];
        HomeAddresses.Mask(seen, _told, isMasked);

        // Lower case of ASCII only: ignoring case would also take the Kelvin sign for a k, beyond the end of a run.
        char[] lower = [.. _seen.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c)];
        foreach (ValueMatch match in Sensitive().EnumerateMatches(lower, _told))
        {
            if (match.Index >= end)
            {
                break;
            }

            isMasked.AsSpan(match.Index, match.Length).Fill(true);
        }

        return isMasked;
    }

    /// <summary>What the next character says, when it completes something; a blank for what no match may touch, or the
    /// whole were no JSON any more: everything outside of strings.</summary>
    private char? Read(char c)
    {
        if (!char.IsWhiteSpace(c))
        {
            _isJson ??= c is '{' or '[';
        }

        if (_isJson is not true)
        {
            return c;
        }

        _unescaper ??= new JsonUnescaper();
        char? said = _unescaper.Read(c);
        if (said == '"' && _open == 1)
        {
            _isInString = !_isInString;
            return ' ';
        }

        return said is null || _isInString ? said : ' ';
    }

    /// <summary>Of a telephone number only a blank may stand behind its beginning.</summary>
    private bool IsOfPhone(char c) => char.IsAsciiDigit(c) || c is '+' or '-' or '(' or ')'
        || (c == ' ' && _phoneLength > 0 && _seen[^1] is ')' or (>= '0' and <= '9'));

    private static bool IsRunCharacter(char c) => c is > ' ' and < '\u007f' and not ('"' or '<' or '>' or '`');

    /// <summary>In this order: links, e-mail addresses, domains under common top-level names, 18-digit ID
    /// numbers, Chinese mobile numbers (138 1234 5678), Chinese landlines with their area code
    /// (010-12345678).</summary>
    [GeneratedRegex("""
        (?:https?|ftp)://[!#-;=?-_a-z{-~]+
        | [a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+
        | (?<![a-z0-9.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+
          (?:com|cn|net|org|gov|edu|io|ai|co|cc|tv|me|info|biz|top|xyz|app|dev|site|online|shop|club|vip
            |hk|tw|jp|kr|uk|us|eu|de|fr|ru)
          (?![a-z0-9-])(?::\d{1,5})?(?:/[!#-;=?-_a-z{-~]*)?
        | (?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9x](?![0-9])
        | (?<![0-9])(?:(?:\+|00)?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|-[0-9]{4}-[0-9]{4}|[ ][0-9]{4}[ ][0-9]{4})(?![0-9])
        | (?<![0-9a-z.]|[0-9]-)(?:(?:\+|00)86[ -]?(?:\(0\)|0)?|\(?0)(?:10|2[0-9]|[3-9][0-9]{2})\)?[ -]?
          [1-9][0-9]{2,3}[ -]?[0-9]{4}(?:-[0-9]{1,5})?(?![0-9])
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sensitive();
}

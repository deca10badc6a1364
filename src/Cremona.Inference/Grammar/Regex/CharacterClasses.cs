using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Regex;

/// <summary>Named sets of characters, as ECMA-262 defines them.</summary>
internal static class CharacterClasses
{
    private static readonly ConcurrentDictionary<string, CharacterSet> Categories = new();

    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    public static CharacterSet Digit { get; } = CharacterSet.Of('0', '9');

    public static CharacterSet Word { get; } =
        CharacterSet.FromRanges([('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')]);

    public static CharacterSet Space { get; } = CharacterSet.FromRanges(
    [
        (9, 13), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
        (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
    ]);

    /// <summary>Every character but line ends.</summary>
    public static CharacterSet Dot { get; } =
        CharacterSet.FromRanges([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]).Complement();

    /// <summary>The set of an escape such as <c>\d</c>, or null.</summary>
    public static CharacterSet? OfEscape(char mark) => mark switch
    {
        'd' => Digit,
        'D' => Digit.Complement(),
        'w' => Word,
        'W' => Word.Complement(),
        's' => Space,
        'S' => Space.Complement(),
        _ => null,
    };

    /// <summary>The set of a general category such as <c>Lu</c> or <c>L</c>, or null when there is none of that
    /// name.</summary>
    public static CharacterSet? OfCategory(string name)
    {
        if (Categories.TryGetValue(name, out CharacterSet? known)) return known;
        bool isKnown = CategoryNames.Any(category => category == name || (name.Length == 1 && category[0] == name[0]));
        return isKnown ? Categories.GetOrAdd(name, Scan) : null;
    }

    private static CharacterSet Scan(string name)
    {
        var ranges = new List<(int, int)>();
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value)) continue;
            UnicodeCategory category = Rune.GetUnicodeCategory(new Rune(value));
            if (CategoryNames[(int)category].StartsWith(name, StringComparison.Ordinal)) ranges.Add((value, value));
        }

        return CharacterSet.FromRanges(ranges);
    }
}

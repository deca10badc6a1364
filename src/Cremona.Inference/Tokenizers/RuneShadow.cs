using System.Globalization;
using System.Text;

namespace Cremona.Inference.Tokenizers;

/// <summary>A text in which every character outside the Basic Multilingual Plane is replaced by one of the same kind
/// inside it.</summary>
/// <remarks>.NET's regular expressions see UTF-16 units, so <c>\p{L}</c> never matches a letter written as a surrogate
/// pair, while the engines these patterns were written for see whole characters. Matching on the shadow gives their
/// result.</remarks>
internal readonly struct RuneShadow
{
    private readonly int[]? _offsets; // shadow index -> text index, one entry past the end; null when they are equal

    private RuneShadow(string text, int[]? offsets)
    {
        Text = text;
        _offsets = offsets;
    }

    /// <summary>What to match on.</summary>
    public string Text { get; }

    public static RuneShadow Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return new RuneShadow(text, null);

        var shadow = new StringBuilder(text.Length);
        var offsets = new List<int>(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            offsets.Add(i);
            if (Rune.TryGetRuneAt(text, i, out Rune rune) && !rune.IsBmp)
            {
                shadow.Append(StandIn(Rune.GetUnicodeCategory(rune)));
                i++;
            }
            else
            {
                shadow.Append(text[i]);
            }
        }

        offsets.Add(text.Length);
        return new RuneShadow(shadow.ToString(), [.. offsets]);
    }

    /// <summary>The place in the original text of a place in the shadow.</summary>
    public int ToTextIndex(int shadowIndex) => _offsets is null ? shadowIndex : _offsets[shadowIndex];

    // Rare characters, so that none of them is spelled out in a pattern.
    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0220',
        UnicodeCategory.LowercaseLetter => '\u0221',
        UnicodeCategory.ModifierLetter => '\u02E0',
        UnicodeCategory.TitlecaseLetter or UnicodeCategory.OtherLetter => '\u01C0',
        UnicodeCategory.DecimalDigitNumber => '\u07C0',
        UnicodeCategory.LetterNumber => '\u2180',
        UnicodeCategory.OtherNumber => '\u2189',
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => '\u0358',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.MathSymbol => '\u22FF',
        UnicodeCategory.CurrencySymbol => '\u20B0',
        UnicodeCategory.ModifierSymbol => '\u02E5',
        UnicodeCategory.OtherSymbol => '\u2318',
        UnicodeCategory.Format => '\u2063',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\uFFFE',
        _ => '\u2047', // punctuation
    };
}

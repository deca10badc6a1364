using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cremona.Inference.Grammar;

/// <summary>A place in the text of a grammar that moves on as the text is read.</summary>
internal sealed class TextCursor
{
    private const int CountMax = 100_000;
    private readonly Func<string, int, string> _place;

    /// <param name="kind">What the text is, for errors.</param>
    /// <param name="place">Names the place of a fault by the text and a position.</param>
    public TextCursor(string kind, string text, Func<string, int, string> place)
    {
        Text = text;
        _place = place;
        if (text.Length <= GrammarLimits.TextLength) return;
        throw new GrammarException(
            kind, $"has {text.Length} characters, at most {GrammarLimits.TextLength} are read");
    }

    public string Text { get; }

    public int At { get; set; }

    public bool IsAtEnd => At == Text.Length;

    /// <summary>The character here, or NUL at the end.</summary>
    public char Current => IsAtEnd ? '\0' : Text[At];

    /// <summary>The character after it, or NUL.</summary>
    public char Next => At + 1 < Text.Length ? Text[At + 1] : '\0';

    /// <summary>Moves over a text if it is here.</summary>
    public bool TryRead(string text)
    {
        if (!Text.AsSpan(At).StartsWith(text)) return false;
        At += text.Length;
        return true;
    }

    /// <summary>A number of repetitions; null where there is no digit.</summary>
    public int? ReadCount()
    {
        int start = At;
        while (char.IsAsciiDigit(Current)) At++;
        if (start == At) return null;
        ReadOnlySpan<char> digits = Text.AsSpan(start, At - start);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int count) && count <= CountMax
            ? count
            : throw Fault($"a quantifier asks for more than {CountMax}");
    }

    /// <summary>A number of exactly so many hexadecimal digits.</summary>
    public int ReadHex(int digits)
    {
        if (At + digits <= Text.Length && int.TryParse(
                Text.AsSpan(At, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            At += digits;
            return value;
        }

        throw Fault($"{digits} hexadecimal digits are expected");
    }

    public Rune ReadRune()
    {
        if (Rune.DecodeFromUtf16(Text.AsSpan(At), out Rune rune, out int length) != OperationStatus.Done)
            throw Fault("a character is expected");
        At += length;
        return rune;
    }

    public GrammarException Fault(string reason) => new(_place(Text, At), reason);
}

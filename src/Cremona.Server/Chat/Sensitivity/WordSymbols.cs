namespace Cremona.Server.Chat.Sensitivity;

/// <summary>How texts are compared with word lists: letters without their case, full-width ones as ASCII, and a border
/// where a word of a script that writes words apart begins or ends, so that <c>ass</c> is not found in <c>class</c> but
/// is found in <c>你ass好</c>.</summary>
internal static class WordSymbols
{
    public const char Border = '\0';

    private const char FullWidthFirst = '\uff01';
    private const char FullWidthLast = '\uff5e';
    private const char CjkFirst = '\u2e80';

    /// <summary>One character for each; never <see cref="Border"/>.</summary>
    public static char Fold(char c) => c switch
    {
        Border => '\u0001',
        >= FullWidthFirst and <= FullWidthLast => char.ToLowerInvariant((char)(c - FullWidthFirst + '!')),
        _ => char.ToLowerInvariant(c),
    };

    /// <summary>Whether words of such characters are written apart.</summary>
    /// <param name="folded">As <see cref="Fold"/> gives it.</param>
    public static bool IsOfWord(char folded) => folded < CjkFirst && char.IsLetterOrDigit(folded);
}

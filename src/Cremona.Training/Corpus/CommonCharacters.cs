using System.Text;

namespace Cremona.Training.Corpus;

/// <summary>The Chinese characters that people use every day, and the marks between them.</summary>
public static class CommonCharacters
{
    private const string Marks = "，。？！、：；（）《》“”‘’…—·～￥【】「」";

    /// <summary>The 3755 characters of the first level of GB 2312, in the order of the standard (by sound).</summary>
    public static IReadOnlyList<Rune> Han { get; } = ReadFirstLevel();

    /// <summary>Full-width punctuation.</summary>
    public static IReadOnlyList<Rune> Punctuation { get; } = [.. Marks.EnumerateRunes()];

    // Rows 16 to 55 of the standard, each of 94 places; the last row ends after 89.
    private static List<Rune> ReadFirstLevel()
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding("gb2312")!;
        var characters = new List<Rune>();
        for (int row = 16; row <= 55; row++)
        {
            int placeCount = row == 55 ? 89 : 94;
            for (int place = 1; place <= placeCount; place++)
                characters.Add(Rune.GetRuneAt(encoding.GetString([(byte)(0xA0 + row), (byte)(0xA0 + place)]), 0));
        }

        return characters;
    }
}

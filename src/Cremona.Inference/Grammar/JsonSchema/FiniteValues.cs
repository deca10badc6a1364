using System.Text;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Finds the values of sets that have few.</summary>
internal static class FiniteValues
{
    /// <summary>The texts of a pattern that lists them; null for other patterns.</summary>
    public static string[]? Texts(Pattern pattern)
    {
        if (pattern.Kind != PatternKind.Or) return Text(pattern) is { } only ? [only] : null;
        var texts = new string[pattern.Parts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            if (Text(pattern.Parts[i]) is not { } text) return null;
            texts[i] = text;
        }

        return texts;
    }

    /// <summary>The JSON texts of a set's values, each value written once; null where they are not all scalars of a
    /// list.</summary>
    public static string[]? Find(SchemaShapes shapes, SchemaSet set)
    {
        if (set.IsAny) return null;
        var texts = new List<string>();
        foreach (Shape shape in shapes.Of(set))
        {
            switch (shape)
            {
                case WordShape word:
                    texts.Add(word.Word);
                    break;
                case StringShape { Text: var text } when Texts(text) is { } known:
                    texts.AddRange(known.Select(JsonText.Quote));
                    break;
                case NumberShape { Text: var text } when Texts(text) is { } known:
                    texts.AddRange(known.DistinctBy(item => DecimalBound.Parse(item, isExclusive: false)));
                    break;
                default:
                    return null;
            }
        }

        return [.. texts.Distinct()];
    }

    private static string? Text(Pattern pattern)
    {
        var text = new StringBuilder();
        while (pattern.Kind == PatternKind.Concat && Character(pattern.Parts[0]) is { } first)
        {
            text.Append(first);
            pattern = pattern.Parts[1];
        }

        if (pattern.Kind == PatternKind.Epsilon) return text.ToString();
        return Character(pattern) is { } last ? text.Append(last).ToString() : null;
    }

    private static Rune? Character(Pattern pattern) =>
        pattern.Kind == PatternKind.Class && pattern.Set.Ranges is [var (first, last)] && first == last
            ? new Rune(first)
            : null;
}

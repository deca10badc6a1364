using System.Text;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Finds the values of sets that have few.</summary>
internal static class FiniteValues
{
    private const int CharactersMax = 64;
    private const int TextsMax = 256;
    private const int LengthMax = 64;

    /// <summary>The texts of a pattern that lists them; null for other patterns.</summary>
    public static string[]? Texts(Pattern pattern)
    {
        var texts = new List<string>();
        foreach (Pattern part in pattern.Kind == PatternKind.Or ? pattern.Parts : [pattern])
        {
            if (part.Kind == PatternKind.Class && TryAddCharacters(part.Set, texts)) continue;
            if (Text(part) is not { } text) return null;
            texts.Add(text);
        }

        return [.. texts];
    }

    /// <summary>The JSON texts of a set's values, each value written once and in one way; null where they are not few
    /// scalars.</summary>
    public static string[]? Find(PatternFactory patterns, SchemaShapes shapes, SchemaSet set)
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
                case StringShape { Text: var text } when (Texts(text) ?? Enumerate(patterns, text)) is { } known:
                    texts.AddRange(known.Select(JsonText.Quote));
                    break;
                case NumberShape { Text: var text } when (Texts(text) ?? Enumerate(patterns, text)) is { } known:
                    foreach (string number in known)
                    {
                        if (DecimalBound.Parse(number, isExclusive: false) is not { } value) return null;
                        texts.Add(value.Text);
                    }

                    break;
                default:
                    return null;
            }
        }

        return [.. texts.Distinct()];
    }

    /// <summary>All texts of a pattern, in order; null where they are many or long.</summary>
    private static string[]? Enumerate(PatternFactory patterns, Pattern pattern)
    {
        var texts = new List<string>();
        return TryAddTexts(patterns, pattern, "", texts) ? [.. texts] : null;
    }

    // Every transition leads to some text, so the number of texts and their length bound the search.
    private static bool TryAddTexts(PatternFactory patterns, Pattern pattern, string start, List<string> texts)
    {
        if (start.Length > LengthMax || texts.Count > TextsMax) return false;
        if (pattern.IsNullable) texts.Add(start);
        foreach (PatternTransition next in patterns.Transitions(pattern))
        {
            if (next.Last - next.First >= TextsMax) return false;
            for (int scalar = next.First; scalar <= next.Last; scalar++)
            {
                if (!TryAddTexts(patterns, next.Next, start + char.ConvertFromUtf32(scalar), texts)) return false;
            }
        }

        return true;
    }

    // Texts of one character each are kept as a set.
    private static bool TryAddCharacters(CharacterSet set, List<string> texts)
    {
        if (set.Ranges.Sum(range => (long)range.Last - range.First + 1) > CharactersMax) return false;
        foreach ((int first, int last) in set.Ranges)
            for (int scalar = first; scalar <= last; scalar++) texts.Add(char.ConvertFromUtf32(scalar));
        return true;
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

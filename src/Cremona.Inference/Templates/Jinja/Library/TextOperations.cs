using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>Python's operations on texts; characters keep where they came from.</summary>
internal static class TextOperations
{
    /// <summary>Takes characters of a set away at the ends; without a set white space.</summary>
    public static MarkedText Trim(
        JinjaBudget budget, MarkedText text, string? characters, bool atStart = true, bool atEnd = true)
    {
        budget.Search(text.Length, characters?.Length ?? 1);
        bool IsTaken(char c) => characters?.Contains(c, StringComparison.Ordinal) ?? char.IsWhiteSpace(c);
        int start = 0;
        int end = text.Length;
        while (atStart && start < end && IsTaken(text.Text[start])) start++;
        while (atEnd && end > start && IsTaken(text.Text[end - 1])) end--;
        return budget.Part(text, start, end - start);
    }

    /// <param name="budget">What the text is charged to.</param>
    /// <param name="text">Where is replaced.</param>
    /// <param name="old">What is replaced.</param>
    /// <param name="replacement">What is put in its place.</param>
    /// <param name="count">How often at most; below 0 everywhere.</param>
    public static MarkedText Replace(
        JinjaBudget budget, MarkedText text, MarkedText old, MarkedText replacement, long count)
    {
        if (old.Length == 0) throw new JinjaException("what is replaced is an empty text");
        budget.Search(text.Length, old.Length);
        var result = new MarkedTextBuilder(budget);
        int done = 0;
        for (; count != 0; count--)
        {
            int found = text.Text.IndexOf(old.Text, done, StringComparison.Ordinal);
            if (found < 0) break;
            result.Append(text, done, found - done).Append(replacement);
            done = found + old.Length;
        }

        return done == 0 ? text : result.Append(text, done, text.Length - done).ToText();
    }

    /// <summary>How many characters stand before a part; -1 where it is not.</summary>
    /// <param name="budget">What the search is charged to.</param>
    /// <param name="text">Any text.</param>
    /// <param name="range">Where is looked, in UTF-16 units.</param>
    /// <param name="part">What is looked for.</param>
    /// <param name="fromEnd">The last place counts.</param>
    public static long Find(JinjaBudget budget, MarkedText text, Range range, string part, bool fromEnd)
    {
        budget.Search(text.Length, part.Length);
        ReadOnlySpan<char> looked = text.Text.AsSpan(range);
        int found = fromEnd
            ? looked.LastIndexOf(part, StringComparison.Ordinal)
            : looked.IndexOf(part, StringComparison.Ordinal);
        if (found < 0) return found;
        long count = 0;
        foreach (char unit in text.Text.AsSpan(0, range.Start.GetOffset(text.Length) + found))
            if (!char.IsLowSurrogate(unit)) count++;
        return count;
    }

    /// <summary>How often a part is there without overlapping, in a range of UTF-16 units.</summary>
    public static long Count(JinjaBudget budget, MarkedText text, Range range, string part)
    {
        if (part.Length == 0) throw new JinjaException("what is counted is an empty text");
        budget.Search(text.Length, part.Length);
        return text.Text.AsSpan(range).Count(part);
    }

    /// <summary>Where a character begins, in UTF-16 units.</summary>
    public static int PlaceOf(string text, long character)
    {
        int place = 0;
        for (; character > 0; character--) place += char.IsSurrogatePair(text, place) ? 2 : 1;
        return place;
    }

    /// <summary>Parts between separators; without one between runs of white space.</summary>
    /// <param name="budget">What the parts are charged to.</param>
    /// <param name="text">What is split.</param>
    /// <param name="separator">Not empty; null splits at white space.</param>
    /// <param name="count">How often at most; below 0 everywhere.</param>
    /// <param name="fromEnd">The last separators count.</param>
    public static object?[] Split(JinjaBudget budget, MarkedText text, string? separator, long count, bool fromEnd)
    {
        if (separator is { Length: 0 }) throw new JinjaException("the separator is an empty text");
        budget.Search(text.Length, separator?.Length ?? 1);
        List<(int Start, int End)> gaps = separator is null
            ? SpaceGaps(text.Text, budget)
            : Gaps(text.Text, separator, fromEnd, budget);
        (int from, int to) = (0, text.Length);
        if (separator is null)
        {
            if (gaps.Count > 0 && gaps[0].Start == 0) (from, gaps) = (gaps[0].End, gaps[1..]);
            if (gaps.Count > 0 && gaps[^1].End == to) (to, gaps) = (gaps[^1].Start, gaps[..^1]);
            if (from >= to) return [];
        }

        if (count >= 0 && count < gaps.Count)
        {
            bool keepsEnd = separator is null && !fromEnd;
            gaps = fromEnd ? gaps[(gaps.Count - (int)count)..] : gaps[..(int)count];
            if (keepsEnd) to = text.Length;
            if (separator is null && fromEnd) from = 0;
        }

        var parts = new List<object?>();
        foreach ((int start, int end) in gaps)
        {
            parts.Add(budget.Part(text, from, start - from));
            from = end;
        }

        parts.Add(budget.Part(text, from, to - from));
        return [.. parts];
    }

    public static object?[] SplitLines(JinjaBudget budget, MarkedText text, bool keepsEnds)
    {
        var lines = new List<object?>();
        for (int start = 0; start < text.Length;)
        {
            int end = text.Text.IndexOfAny(['\n', '\r'], start);
            if (end < 0) end = text.Length;
            bool isPair = end + 1 < text.Length && text.Text[end] == '\r' && text.Text[end + 1] == '\n';
            int next = Math.Min(end + (isPair ? 2 : 1), text.Length);
            lines.Add(budget.Part(text, start, (keepsEnds ? next : end) - start));
            start = next;
        }

        return [.. lines];
    }

    public static MarkedText Join(JinjaBudget budget, IReadOnlyList<object?> parts, MarkedText separator)
    {
        var text = new MarkedTextBuilder(budget);
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0) text.Append(separator);
            text.Append(JinjaText.Of(parts[i], budget));
        }

        return text.ToText();
    }

    public static MarkedText Upper(JinjaBudget budget, MarkedText text)
    {
        budget.Characters(text.Length);
        return text.With(text.Text.ToUpperInvariant());
    }

    public static MarkedText Lower(JinjaBudget budget, MarkedText text)
    {
        budget.Characters(text.Length);
        return text.With(text.Text.ToLowerInvariant());
    }

    /// <summary>The first letter large, the others small.</summary>
    public static MarkedText Capitalize(JinjaBudget budget, MarkedText text)
    {
        budget.Characters(text.Length);
        return text.Length == 0 ? text
            : text.With(char.ToUpperInvariant(text.Text[0]) + text.Text[1..].ToLowerInvariant());
    }

    /// <summary>The first letter of every word large, the others small.</summary>
    /// <param name="budget">What the text is charged to.</param>
    /// <param name="text">Any text.</param>
    /// <param name="isNewWord">Whether a word begins behind this character.</param>
    public static MarkedText Title(JinjaBudget budget, MarkedText text, Func<char, bool> isNewWord)
    {
        budget.Characters(text.Length);
        char[] characters = text.Text.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            bool isFirst = i == 0 || isNewWord(text.Text[i - 1]);
            characters[i] = isFirst ? char.ToUpperInvariant(characters[i]) : char.ToLowerInvariant(characters[i]);
        }

        return text.With(new string(characters));
    }

    public static MarkedText Indent(JinjaBudget budget, MarkedText text, string indent, bool first, bool blank)
    {
        var result = new MarkedTextBuilder(budget);
        int start = 0;
        for (int line = 0; start <= text.Length; line++)
        {
            int end = text.Text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            bool isBlank = text.Text.AsSpan(start, end - start).IsWhiteSpace();
            if (line == 0 ? first : blank || !isBlank) result.Append(indent);
            result.Append(text, start, Math.Min(end + 1, text.Length) - start);
            start = end + 1;
        }

        return result.ToText();
    }

    private static List<(int Start, int End)> Gaps(string text, string separator, bool fromEnd, JinjaBudget budget)
    {
        var gaps = new List<(int, int)>();
        if (!fromEnd)
        {
            for (int i = text.IndexOf(separator, StringComparison.Ordinal); i >= 0;
                i = text.IndexOf(separator, i + separator.Length, StringComparison.Ordinal))
            {
                budget.Step();
                gaps.Add((i, i + separator.Length));
            }

            return gaps;
        }

        for (int end = text.Length; end > 0;)
        {
            int i = text.AsSpan(0, end).LastIndexOf(separator);
            if (i < 0) break;
            budget.Step();
            gaps.Add((i, i + separator.Length));
            end = i;
        }

        gaps.Reverse();

        return gaps;
    }

    private static List<(int Start, int End)> SpaceGaps(string text, JinjaBudget budget)
    {
        var gaps = new List<(int, int)>();
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i])) continue;
            int start = i;
            while (i < text.Length && char.IsWhiteSpace(text[i])) i++;
            budget.Step();
            gaps.Add((start, i));
        }

        return gaps;
    }
}

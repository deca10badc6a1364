using System.Globalization;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What holds for values of every kind: null, bool, long, double, <see cref="JsonNumber"/>, <see cref="MarkedText"/>,
/// lists of values, <see cref="JinjaMap"/>, <see cref="JinjaFunction"/> and <see cref="JinjaUndefined"/>.</summary>
internal static class JinjaValue
{
    private const int CharactersMax = 1 << 20;

    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        JsonNumber number => number.Value != 0,
        MarkedText text => text.Length > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        JinjaMap { IsNamespace: false } map => map.Count > 0,
        _ => true,
    };

    public static string KindOf(object? value) => value switch
    {
        null => "none",
        bool => "a boolean",
        long => "an integer",
        double or JsonNumber => "a number",
        MarkedText => "a text",
        IReadOnlyList<object?> => "a list",
        JinjaMap => "a mapping",
        JinjaUndefined undefined => $"'{undefined.Name}' (undefined)",
        _ => "a function",
    };

    /// <summary>A boolean counts as 0 or 1.</summary>
    public static bool TryNumber(object? value, out double number)
    {
        (bool isNumber, number) = value switch
        {
            bool flag => (true, flag ? 1 : 0),
            long integer => (true, integer),
            double real => (true, real),
            JsonNumber real => (true, real.Value),
            _ => (false, 0),
        };
        return isNumber;
    }

    public static bool TryInteger(object? value, out long number)
    {
        (bool isInteger, number) = value switch
        {
            bool flag => (true, flag ? 1 : 0),
            long integer => (true, integer),
            _ => (false, 0),
        };
        return isInteger;
    }

    /// <summary>The elements of a list, the characters of a text, the keys of a mapping; undefined has none.</summary>
    /// <exception cref="JinjaException">It has no elements, or a text has too many.</exception>
    public static IReadOnlyList<object?> Elements(object? value, JinjaBudget budget) => value switch
    {
        IReadOnlyList<object?> list => list,
        JinjaUndefined => [],
        JinjaMap map => Keys(map, budget),
        MarkedText text => Characters(text, budget),
        _ => throw new JinjaException($"{KindOf(value)} cannot be iterated over"),
    };

    /// <summary>The element at a place, from the end where it is negative; undefined where there is none.</summary>
    public static object? ElementAt(object? value, long index, JinjaBudget budget)
    {
        if (value is MarkedText text)
        {
            budget.Read(text.Length);
            bool isPlain = !text.Text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
            if (isPlain && index < 0) index += text.Length;
            if (isPlain)
                return index >= 0 && index < text.Length ? budget.Part(text, (int)index, 1) : new JinjaUndefined($"{index}");
        }

        IReadOnlyList<object?> elements = Elements(value, budget);
        if (index < 0) index += elements.Count;
        return index >= 0 && index < elements.Count ? elements[(int)index] : new JinjaUndefined($"{index}");
    }

    public static int LengthOf(object? value, JinjaBudget budget)
    {
        if (value is JinjaMap map) return map.Count;
        if (value is not MarkedText text) return Elements(value, budget).Count;
        budget.Read(text.Length);
        return text.Length - text.Text.Count(char.IsLowSurrogate);
    }

    public static bool Contains(object? container, object? value, JinjaBudget budget)
    {
        switch (container, value)
        {
            case (MarkedText text, MarkedText part):
                budget.Search(text.Length, part.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case (JinjaMap map, MarkedText key):
                budget.Read(key.Length);
                return map.TryGet(key.Text, out _);
            case (JinjaMap, _):
                return false;
            case (MarkedText, _):
                throw new JinjaException($"a text cannot hold {KindOf(value)}");
            default:
                return Elements(container, budget).Any(element => JinjaOrder.AreEqual(element, value, budget));
        }
    }

    private static object?[] Keys(JinjaMap map, JinjaBudget budget)
    {
        budget.Step(map.Count);
        return [.. map.Entries.Select(entry => entry.Key)];
    }

    /// <summary>The characters of a text, halves of pairs together.</summary>
    private static List<object?> Characters(MarkedText text, JinjaBudget budget)
    {
        if (text.Length > CharactersMax)
        {
            throw new JinjaException(
                $"a text of {text.Length} characters is taken apart, at most {CharactersMax} are possible");
        }

        var characters = new List<object?>(text.Length);
        for (int i = 0; i < text.Length;)
        {
            bool isPair = i + 1 < text.Length && char.IsSurrogatePair(text.Text[i], text.Text[i + 1]);
            characters.Add(budget.Part(text, i, isPair ? 2 : 1));
            i += isPair ? 2 : 1;
        }

        return characters;
    }

    /// <summary>As Python writes a float: the shortest digits that read back the same, always with a point or
    /// exponent.</summary>
    public static string Show(double number)
    {
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";
        double size = Math.Abs(number);
        if (size != 0 && size is < 1e-4 or >= 1e16)
        {
            string[] parts = number.ToString("E16", CultureInfo.InvariantCulture).Split('E');
            int exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
            string shortest = number.ToString("R", CultureInfo.InvariantCulture).Split('E')[0];
            string digits = string.Concat(shortest.Where(char.IsAsciiDigit)).Trim('0');
            string mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return $"{(number < 0 ? "-" : "")}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        string plain = number.ToString("0.0################", CultureInfo.InvariantCulture);
        string exact = number.ToString("R", CultureInfo.InvariantCulture);
        return exact.Contains('E', StringComparison.Ordinal) ? plain
            : exact.Contains('.', StringComparison.Ordinal) ? exact : exact + ".0";
    }
}

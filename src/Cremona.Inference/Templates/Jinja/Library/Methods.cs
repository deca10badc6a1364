using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The methods of texts, mappings and lists that templates call. Those that change a value are not there, as
/// in the sandbox in which chat templates run elsewhere.</summary>
internal static class Methods
{
    // Each with its parameters.
    private static readonly Dictionary<
        string, (string[], Func<JinjaBudget, MarkedText, JinjaArguments, object?>)> OfText = new()
        {
            ["upper"] = ([], (budget, text, _) => TextOperations.Upper(budget, text)),
            ["lower"] = ([], (budget, text, _) => TextOperations.Lower(budget, text)),
            ["capitalize"] = ([], (budget, text, _) => TextOperations.Capitalize(budget, text)),
            ["title"] = ([], (budget, text, _) => TextOperations.Title(budget, text, before => !char.IsLetter(before))),
            ["strip"] = (["chars"], (budget, text, arguments) => TextOperations.Trim(budget, text, Characters(arguments))),
            ["lstrip"] = (["chars"], (budget, text, arguments) =>
                TextOperations.Trim(budget, text, Characters(arguments), atEnd: false)),
            ["rstrip"] = (["chars"], (budget, text, arguments) =>
                TextOperations.Trim(budget, text, Characters(arguments), atStart: false)),
            ["split"] = (["sep", "maxsplit"], (budget, text, arguments) => Split(budget, text, arguments, fromEnd: false)),
            ["rsplit"] = (["sep", "maxsplit"], (budget, text, arguments) => Split(budget, text, arguments, fromEnd: true)),
            ["splitlines"] = (["keepends"], (budget, text, arguments) =>
                TextOperations.SplitLines(budget, text, arguments.Flag(0, "keepends", false))),
            ["replace"] = (["old", "new", "count"], (budget, text, arguments) => TextOperations.Replace(
                budget, text, arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Integer(2, "count", -1))),
            ["startswith"] = (["prefix", "start", "end"], (budget, text, arguments) =>
                FindRange(budget, text, arguments) is { } range && Any(
                    budget, arguments.Get(0, "prefix"),
                    part => text.Text.AsSpan(range).StartsWith(part, StringComparison.Ordinal))),
            ["endswith"] = (["suffix", "start", "end"], (budget, text, arguments) =>
                FindRange(budget, text, arguments) is { } range && Any(
                    budget, arguments.Get(0, "suffix"),
                    part => text.Text.AsSpan(range).EndsWith(part, StringComparison.Ordinal))),
            ["removeprefix"] = (["prefix"], (budget, text, arguments) =>
                Remove(budget, text, arguments.Text(0, "prefix").Text, isPrefix: true)),
            ["removesuffix"] = (["suffix"], (budget, text, arguments) =>
                Remove(budget, text, arguments.Text(0, "suffix").Text, isPrefix: false)),
            ["find"] = (["sub", "start", "end"], (budget, text, arguments) => FindPart(budget, text, arguments, fromEnd: false)),
            ["rfind"] = (["sub", "start", "end"], (budget, text, arguments) => FindPart(budget, text, arguments, fromEnd: true)),
            ["count"] = (["sub", "start", "end"], (budget, text, arguments) =>
                FindRange(budget, text, arguments) is { } range
                    ? TextOperations.Count(budget, text, range, arguments.Text(0, "sub").Text)
                    : 0L),
            ["join"] = (["iterable"], (budget, text, arguments) =>
                TextOperations.Join(budget, JinjaValue.Elements(arguments.Get(0, "iterable"), budget), text)),
            ["isdigit"] = ([], (_, text, _) => Every(text, char.IsDigit)),
            ["isalpha"] = ([], (_, text, _) => Every(text, char.IsLetter)),
            ["isalnum"] = ([], (_, text, _) => Every(text, char.IsLetterOrDigit)),
            ["isspace"] = ([], (_, text, _) => Every(text, char.IsWhiteSpace)),
            ["isupper"] = ([], (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsLower)),
            ["islower"] = ([], (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsUpper)),
        };

    private static readonly Dictionary<
        string, (string[], Func<JinjaBudget, JinjaMap, JinjaArguments, object?>)> OfMap = new()
        {
            ["get"] = (["key", "default"], (_, map, arguments) => Get(map, arguments)),
            ["items"] = ([], (budget, map, _) => Entries(budget, map).Select(
                entry => (object?)new JinjaTuple([entry.Key, entry.Value])).ToArray()),
            ["keys"] = ([], (budget, map, _) => Entries(budget, map).Select(entry => (object?)entry.Key).ToArray()),
            ["values"] = ([], (budget, map, _) => Entries(budget, map).Select(entry => entry.Value).ToArray()),
        };

    private static readonly Dictionary<
        string, (string[], Func<JinjaBudget, IReadOnlyList<object?>, JinjaArguments, object?>)> OfList = new()
        {
            ["count"] = (["value"], (budget, list, arguments) =>
                (long)list.Count(item => JinjaOrder.AreEqual(item, arguments.Get(0, "value"), budget))),
            ["index"] = (["value"], (budget, list, arguments) => IndexOf(budget, list, arguments.Get(0, "value"))),
        };

    /// <summary>The method of a value, or null.</summary>
    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        MarkedText text => Bind(OfText, text, name),
        JinjaMap { IsNamespace: false } map => Bind(OfMap, map, name),
        IReadOnlyList<object?> list => Bind(OfList, list, name),
        _ => null,
    };

    private static JinjaFunction? Bind<T>(
        Dictionary<string, (string[] Parameters, Func<JinjaBudget, T, JinjaArguments, object?> Call)> methods, T self,
        string name)
    {
        if (!methods.TryGetValue(name, out var method)) return null;
        return new JinjaFunction(
            name, (budget, arguments) => method.Call(budget, self, arguments.Only(name, method.Parameters)), self);
    }

    private static long FindPart(JinjaBudget budget, MarkedText text, JinjaArguments arguments, bool fromEnd) =>
        FindRange(budget, text, arguments) is { } range
            ? TextOperations.Find(budget, text, range, arguments.Text(0, "sub").Text, fromEnd)
            : -1;

    /// <summary>Where a method looks, by its arguments start and end, which count characters; null where not even
    /// nothing is found.</summary>
    private static Range? FindRange(JinjaBudget budget, MarkedText text, JinjaArguments arguments)
    {
        if (!arguments.Has(1, "start") && !arguments.Has(2, "end")) return Range.All;
        long count = JinjaValue.LengthOf(text, budget);
        long start = FromEnd(arguments.Integer(1, "start", 0), count);
        long end = Math.Min(FromEnd(arguments.Integer(2, "end", count), count), count);
        if (start > end) return null;
        return TextOperations.PlaceOf(text.Text, start)..TextOperations.PlaceOf(text.Text, end);
    }

    private static long FromEnd(long place, long count) => place < 0 ? Math.Max(0, place + count) : place;

    private static string? Characters(JinjaArguments arguments) => arguments.FindText(0, "chars")?.Text;

    private static IEnumerable<(MarkedText Key, object? Value)> Entries(JinjaBudget budget, JinjaMap map)
    {
        budget.Step(map.Count);
        return map.Entries;
    }

    private static object?[] Split(
        JinjaBudget budget, MarkedText text, JinjaArguments arguments, bool fromEnd) => TextOperations.Split(
        budget, text, arguments.FindText(0, "sep")?.Text, arguments.Integer(1, "maxsplit", -1), fromEnd);

    private static bool Any(JinjaBudget budget, object? parts, Func<string, bool> isMet) => parts is MarkedText one
        ? isMet(one.Text)
        : JinjaValue.Elements(parts, budget).Any(part => part is MarkedText text && IsMet(budget, text.Text, isMet));

    private static bool IsMet(JinjaBudget budget, string part, Func<string, bool> isMet)
    {
        budget.Step();
        budget.Read(part.Length);
        return isMet(part);
    }

    private static MarkedText Remove(JinjaBudget budget, MarkedText text, string part, bool isPrefix)
    {
        bool isThere = isPrefix
            ? text.Text.StartsWith(part, StringComparison.Ordinal)
            : text.Text.EndsWith(part, StringComparison.Ordinal);
        return isThere ? budget.Part(text, isPrefix ? part.Length : 0, text.Length - part.Length) : text;
    }

    private static bool Every(MarkedText text, Func<char, bool> isMet) => text.Length > 0 && text.Text.All(isMet);

    private static object? Get(JinjaMap map, JinjaArguments arguments)
    {
        if (arguments.Get(0, "key") is MarkedText key && map.TryGet(key.Text, out object? value)) return value;
        return arguments.Has(1, "default") ? arguments.Get(1, "default") : null;
    }

    private static long IndexOf(JinjaBudget budget, IReadOnlyList<object?> list, object? value)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (JinjaOrder.AreEqual(list[i], value, budget)) return i;
        }

        throw new JinjaException("the value is not in the list");
    }
}

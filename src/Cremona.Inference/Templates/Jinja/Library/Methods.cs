using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The methods of texts, mappings and lists that templates call. Those that change a value are not there, as
/// in the sandbox in which chat templates run elsewhere.</summary>
internal static class Methods
{
    private static readonly Dictionary<string, Func<JinjaBudget, MarkedText, JinjaArguments, object?>> OfText = new()
    {
        ["upper"] = (budget, text, _) => TextOperations.Upper(budget, text),
        ["lower"] = (budget, text, _) => TextOperations.Lower(budget, text),
        ["capitalize"] = (budget, text, _) => TextOperations.Capitalize(budget, text),
        ["title"] = (budget, text, _) => TextOperations.Title(budget, text, before => !char.IsLetter(before)),
        ["strip"] = (budget, text, arguments) => TextOperations.Trim(budget, text, Characters(arguments)),
        ["lstrip"] = (budget, text, arguments) =>
            TextOperations.Trim(budget, text, Characters(arguments), atEnd: false),
        ["rstrip"] = (budget, text, arguments) =>
            TextOperations.Trim(budget, text, Characters(arguments), atStart: false),
        ["split"] = (budget, text, arguments) => Split(budget, text, arguments, fromEnd: false),
        ["rsplit"] = (budget, text, arguments) => Split(budget, text, arguments, fromEnd: true),
        ["splitlines"] = (budget, text, _) => TextOperations.SplitLines(budget, text),
        ["replace"] = (budget, text, arguments) => TextOperations.Replace(
            budget, text, arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Integer(2, "count", -1)),
        ["startswith"] = (budget, text, arguments) => Any(
            budget, arguments.Get(0, "prefix"), part => text.Text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (budget, text, arguments) => Any(
            budget, arguments.Get(0, "suffix"), part => text.Text.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = (budget, text, arguments) =>
            Remove(budget, text, arguments.Text(0, "prefix").Text, isPrefix: true),
        ["removesuffix"] = (budget, text, arguments) =>
            Remove(budget, text, arguments.Text(0, "suffix").Text, isPrefix: false),
        ["find"] = (budget, text, arguments) =>
            TextOperations.Find(budget, text, arguments.Text(0, "sub").Text, fromEnd: false),
        ["rfind"] = (budget, text, arguments) =>
            TextOperations.Find(budget, text, arguments.Text(0, "sub").Text, fromEnd: true),
        ["count"] = (budget, text, arguments) =>
            TextOperations.Split(budget, text, arguments.Text(0, "sub").Text, -1, fromEnd: false).Length - 1L,
        ["join"] = (budget, text, arguments) =>
            TextOperations.Join(budget, JinjaValue.Elements(arguments.Get(0, "iterable"), budget), text),
        ["isdigit"] = (_, text, _) => Every(text, char.IsDigit),
        ["isalpha"] = (_, text, _) => Every(text, char.IsLetter),
        ["isalnum"] = (_, text, _) => Every(text, char.IsLetterOrDigit),
        ["isspace"] = (_, text, _) => Every(text, char.IsWhiteSpace),
        ["isupper"] = (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsLower),
        ["islower"] = (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsUpper),
    };

    private static readonly Dictionary<string, Func<JinjaBudget, JinjaMap, JinjaArguments, object?>> OfMap = new()
    {
        ["get"] = (_, map, arguments) => Get(map, arguments),
        ["items"] = (budget, map, _) => Entries(budget, map).Select(
            entry => (object?)new JinjaTuple([entry.Key, entry.Value])).ToArray(),
        ["keys"] = (budget, map, _) => Entries(budget, map).Select(entry => (object?)entry.Key).ToArray(),
        ["values"] = (budget, map, _) => Entries(budget, map).Select(entry => entry.Value).ToArray(),
    };

    private static readonly Dictionary<string, Func<JinjaBudget, IReadOnlyList<object?>, JinjaArguments, object?>>
        OfList = new()
        {
            ["count"] = (budget, list, arguments) =>
                (long)list.Count(item => JinjaOrder.AreEqual(item, arguments.Get(0, "value"), budget)),
            ["index"] = (budget, list, arguments) => IndexOf(budget, list, arguments.Get(0, "value")),
        };

    /// <summary>The method of a value, or null.</summary>
    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        MarkedText text when OfText.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (budget, arguments) => method(budget, text, arguments), text),
        JinjaMap { IsNamespace: false } map when OfMap.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (budget, arguments) => method(budget, map, arguments), map),
        IReadOnlyList<object?> list when OfList.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (budget, arguments) => method(budget, list, arguments), list),
        _ => null,
    };

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

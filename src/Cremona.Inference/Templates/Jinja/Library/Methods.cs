using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The methods of texts, mappings and lists that templates call. Those that change a value are not there, as
/// in the sandbox in which chat templates run elsewhere.</summary>
internal static class Methods
{
    private static readonly Dictionary<string, Func<JinjaBudget, MarkedText, JinjaArguments, object?>> OfText = new()
    {
        ["upper"] = (_, text, _) => text.With(text.Text.ToUpperInvariant()),
        ["lower"] = (_, text, _) => text.With(text.Text.ToLowerInvariant()),
        ["capitalize"] = (_, text, _) => TextOperations.Capitalize(text),
        ["title"] = (_, text, _) => TextOperations.Title(text, before => !char.IsLetter(before)),
        ["strip"] = (_, text, arguments) => TextOperations.Trim(text, Characters(arguments)),
        ["lstrip"] = (_, text, arguments) => TextOperations.Trim(text, Characters(arguments), atEnd: false),
        ["rstrip"] = (_, text, arguments) => TextOperations.Trim(text, Characters(arguments), atStart: false),
        ["split"] = (_, text, arguments) => Split(text, arguments, fromEnd: false),
        ["rsplit"] = (_, text, arguments) => Split(text, arguments, fromEnd: true),
        ["splitlines"] = (_, text, _) => TextOperations.SplitLines(text),
        ["replace"] = (budget, text, arguments) => TextOperations.Replace(
            budget, text, arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Integer(2, "count", -1)),
        ["startswith"] = (_, text, arguments) => Any(
            arguments.Get(0, "prefix"), part => text.Text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (_, text, arguments) => Any(
            arguments.Get(0, "suffix"), part => text.Text.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = (_, text, arguments) => Remove(text, arguments.Text(0, "prefix").Text, isPrefix: true),
        ["removesuffix"] = (_, text, arguments) => Remove(text, arguments.Text(0, "suffix").Text, isPrefix: false),
        ["find"] = (_, text, arguments) => (long)text.Text.IndexOf(arguments.Text(0, "sub").Text, StringComparison.Ordinal),
        ["rfind"] = (_, text, arguments) =>
            (long)text.Text.LastIndexOf(arguments.Text(0, "sub").Text, StringComparison.Ordinal),
        ["count"] = (_, text, arguments) =>
            TextOperations.Split(text, arguments.Text(0, "sub").Text, -1, fromEnd: false).Length - 1L,
        ["join"] = (budget, text, arguments) =>
            TextOperations.Join(budget, JinjaValue.Elements(arguments.Get(0, "iterable")), text),
        ["isdigit"] = (_, text, _) => Every(text, char.IsDigit),
        ["isalpha"] = (_, text, _) => Every(text, char.IsLetter),
        ["isalnum"] = (_, text, _) => Every(text, char.IsLetterOrDigit),
        ["isspace"] = (_, text, _) => Every(text, char.IsWhiteSpace),
        ["isupper"] = (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsLower),
        ["islower"] = (_, text, _) => text.Text.Any(char.IsLetter) && !text.Text.Any(char.IsUpper),
    };

    private static readonly Dictionary<string, Func<JinjaMap, JinjaArguments, object?>> OfMap = new()
    {
        ["get"] = (map, arguments) => Get(map, arguments),
        ["items"] = (map, _) => map.Entries.Select(
            entry => (object?)new JinjaTuple([entry.Key, entry.Value])).ToArray(),
        ["keys"] = (map, _) => map.Entries.Select(entry => (object?)entry.Key).ToArray(),
        ["values"] = (map, _) => map.Entries.Select(entry => entry.Value).ToArray(),
    };

    private static readonly Dictionary<string, Func<IReadOnlyList<object?>, JinjaArguments, object?>> OfList = new()
    {
        ["count"] = (list, arguments) => (long)list.Count(item => JinjaOrder.AreEqual(item, arguments.Get(0, "value"))),
        ["index"] = (list, arguments) => IndexOf(list, arguments.Get(0, "value")),
    };

    /// <summary>The method of a value, or null.</summary>
    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        MarkedText text when OfText.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (budget, arguments) => method(budget, text, arguments)),
        JinjaMap { IsNamespace: false } map when OfMap.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (_, arguments) => method(map, arguments)),
        IReadOnlyList<object?> list when OfList.TryGetValue(name, out var method) =>
            new JinjaFunction(name, (_, arguments) => method(list, arguments)),
        _ => null,
    };

    private static string? Characters(JinjaArguments arguments) => arguments.FindText(0, "chars")?.Text;

    private static object?[] Split(MarkedText text, JinjaArguments arguments, bool fromEnd) => TextOperations.Split(
        text, arguments.FindText(0, "sep")?.Text, arguments.Integer(1, "maxsplit", -1), fromEnd);

    private static bool Any(object? parts, Func<string, bool> isMet) => parts is MarkedText one
        ? isMet(one.Text)
        : JinjaValue.Elements(parts).Any(part => part is MarkedText text && isMet(text.Text));

    private static MarkedText Remove(MarkedText text, string part, bool isPrefix)
    {
        bool isThere = isPrefix
            ? text.Text.StartsWith(part, StringComparison.Ordinal)
            : text.Text.EndsWith(part, StringComparison.Ordinal);
        return isThere ? text.Slice(isPrefix ? part.Length : 0, text.Length - part.Length) : text;
    }

    private static bool Every(MarkedText text, Func<char, bool> isMet) => text.Length > 0 && text.Text.All(isMet);

    private static object? Get(JinjaMap map, JinjaArguments arguments)
    {
        if (arguments.Get(0, "key") is MarkedText key && map.TryGet(key.Text, out object? value)) return value;
        return arguments.Has(1, "default") ? arguments.Get(1, "default") : null;
    }

    private static long IndexOf(IReadOnlyList<object?> list, object? value)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (JinjaOrder.AreEqual(list[i], value)) return i;
        }

        throw new JinjaException("the value is not in the list");
    }
}

using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<object?, object?, bool>> ByName = new()
    {
        ["defined"] = (value, _) => value is not JinjaUndefined,
        ["undefined"] = (value, _) => value is JinjaUndefined,
        ["none"] = (value, _) => value is null,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["integer"] = (value, _) => value is long,
        ["float"] = (value, _) => value is double or JsonNumber,
        ["number"] = (value, _) => JinjaValue.TryNumber(value, out double _),
        ["string"] = (value, _) => value is MarkedText,
        ["mapping"] = (value, _) => value is JinjaMap { IsNamespace: false },
        ["sequence"] = (value, _) => value is MarkedText or IReadOnlyList<object?> or JinjaMap { IsNamespace: false },
        ["iterable"] = (value, _) => value is MarkedText or IReadOnlyList<object?> or JinjaUndefined
            or JinjaMap { IsNamespace: false },
        ["callable"] = (value, _) => value is JinjaFunction,
        ["lower"] = (value, _) => value is MarkedText { Text: var text }
            && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (value, _) => value is MarkedText { Text: var text }
            && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["even"] = (value, _) => Integer(value) % 2 == 0,
        ["odd"] = (value, _) => Integer(value) % 2 != 0,
        ["divisibleby"] = (value, by) => Integer(by) != 0
            ? Integer(value) % Integer(by) == 0
            : throw new JinjaException("division by zero"),
        ["eq"] = JinjaOrder.AreEqual,
        ["ne"] = (value, other) => !JinjaOrder.AreEqual(value, other),
        ["lt"] = (value, other) => JinjaOrder.Compare(value, other) < 0,
        ["le"] = (value, other) => JinjaOrder.Compare(value, other) <= 0,
        ["gt"] = (value, other) => JinjaOrder.Compare(value, other) > 0,
        ["ge"] = (value, other) => JinjaOrder.Compare(value, other) >= 0,
        ["in"] = (value, container) => JinjaValue.Contains(container, value),
        ["sameas"] = (value, other) => value is bool or null ? Equals(value, other) : ReferenceEquals(value, other),
    };

    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["equalto"] = "eq",
        ["lessthan"] = "lt",
        ["greaterthan"] = "gt",
    };

    /// <summary>The test of this name, or null.</summary>
    public static JinjaFunction? Find(string name) =>
        ByName.TryGetValue(Synonyms.GetValueOrDefault(name, name), out Func<object?, object?, bool>? test)
            ? new JinjaFunction(name, (_, arguments) => test(arguments.Get(0, "value"), arguments.Get(1, "other")))
            : null;

    private static long Integer(object? value) => JinjaValue.TryInteger(value, out long number)
        ? number
        : throw new JinjaException($"{JinjaValue.KindOf(value)} is no integer");
}

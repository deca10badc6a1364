using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<JinjaBudget, object?, object?, bool>> ByName = new()
    {
        ["defined"] = (_, value, _) => value is not JinjaUndefined,
        ["undefined"] = (_, value, _) => value is JinjaUndefined,
        ["none"] = (_, value, _) => value is null,
        ["boolean"] = (_, value, _) => value is bool,
        ["true"] = (_, value, _) => value is true,
        ["false"] = (_, value, _) => value is false,
        ["integer"] = (_, value, _) => value is long,
        ["float"] = (_, value, _) => value is double or JsonNumber,
        ["number"] = (_, value, _) => JinjaValue.TryNumber(value, out double _),
        ["string"] = (_, value, _) => value is MarkedText,
        ["mapping"] = (_, value, _) => value is JinjaMap { IsNamespace: false },
        ["sequence"] = (_, value, _) => value is MarkedText or IReadOnlyList<object?> or JinjaMap { IsNamespace: false },
        ["iterable"] = (_, value, _) => value is MarkedText or IReadOnlyList<object?> or JinjaUndefined
            or JinjaMap { IsNamespace: false },
        ["callable"] = (_, value, _) => value is JinjaFunction,
        ["lower"] = (_, value, _) => value is MarkedText { Text: var text }
            && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (_, value, _) => value is MarkedText { Text: var text }
            && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["even"] = (_, value, _) => Integer(value) % 2 == 0,
        ["odd"] = (_, value, _) => Integer(value) % 2 != 0,
        ["divisibleby"] = (_, value, by) => Integer(by) != 0
            ? Integer(by) == -1 || Integer(value) % Integer(by) == 0
            : throw new JinjaException("division by zero"),
        ["eq"] = (budget, value, other) => JinjaOrder.AreEqual(value, other, budget),
        ["ne"] = (budget, value, other) => !JinjaOrder.AreEqual(value, other, budget),
        ["lt"] = (budget, value, other) => new JinjaOrder(budget).Compare(value, other) < 0,
        ["le"] = (budget, value, other) => new JinjaOrder(budget).Compare(value, other) <= 0,
        ["gt"] = (budget, value, other) => new JinjaOrder(budget).Compare(value, other) > 0,
        ["ge"] = (budget, value, other) => new JinjaOrder(budget).Compare(value, other) >= 0,
        ["in"] = (budget, value, container) => JinjaValue.Contains(container, value, budget),
        ["sameas"] = (_, value, other) => value is bool or null ? Equals(value, other) : ReferenceEquals(value, other),
    };

    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["equalto"] = "eq",
        ["lessthan"] = "lt",
        ["greaterthan"] = "gt",
    };

    /// <summary>The test of this name, or null.</summary>
    public static JinjaFunction? Find(string name) =>
        ByName.TryGetValue(Synonyms.GetValueOrDefault(name, name), out Func<JinjaBudget, object?, object?, bool>? test)
            ? new JinjaFunction(name, (budget, arguments) => test(budget, arguments.Get(0, "value"), arguments.Get(1, "other")))
            : null;

    private static long Integer(object? value) => JinjaValue.TryInteger(value, out long number)
        ? number
        : throw new JinjaException($"{JinjaValue.KindOf(value)} is no integer");
}

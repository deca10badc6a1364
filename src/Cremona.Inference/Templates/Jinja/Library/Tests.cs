using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<object?, bool>> OfValue = new()
    {
        ["defined"] = value => value is not JinjaUndefined,
        ["undefined"] = value => value is JinjaUndefined,
        ["none"] = value => value is null,
        ["boolean"] = value => value is bool,
        ["true"] = value => value is true,
        ["false"] = value => value is false,
        ["integer"] = value => value is long,
        ["float"] = value => value is double or JsonNumber,
        ["number"] = value => JinjaValue.TryNumber(value, out double _),
        ["string"] = value => value is MarkedText,
        ["mapping"] = value => value is JinjaMap { IsNamespace: false },
        ["sequence"] = value => value is MarkedText or IReadOnlyList<object?> or JinjaMap { IsNamespace: false },
        ["iterable"] = value => value is MarkedText or IReadOnlyList<object?> or JinjaUndefined
            or JinjaMap { IsNamespace: false },
        ["callable"] = value => value is JinjaFunction,
        ["lower"] = value => value is MarkedText { Text: var text }
            && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = value => value is MarkedText { Text: var text }
            && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["even"] = value => Integer(value) % 2 == 0,
        ["odd"] = value => Integer(value) % 2 != 0,
    };

    private static readonly Dictionary<string, Func<JinjaBudget, object?, object?, bool>> OfTwo = new()
    {
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
        ["=="] = "eq",
        ["!="] = "ne",
        ["<"] = "lt",
        ["<="] = "le",
        [">"] = "gt",
        [">="] = "ge",
    };

    /// <summary>The test of this name, or null.</summary>
    public static JinjaFunction? Find(string name)
    {
        string known = Synonyms.GetValueOrDefault(name, name);
        if (OfValue.TryGetValue(known, out Func<object?, bool>? test))
            return new JinjaFunction(name, (_, arguments) => test(arguments.Only(name, [], first: 1).Get(0, "value")));
        return OfTwo.TryGetValue(known, out Func<JinjaBudget, object?, object?, bool>? comparison)
            ? new JinjaFunction(name, (budget, arguments) => comparison(
                budget, arguments.Only(name, ["other"], first: 1).Get(0, "value"), arguments.Get(1, "other")))
            : null;
    }

    private static long Integer(object? value) => JinjaValue.TryInteger(value, out long number)
        ? number
        : throw new JinjaException($"{JinjaValue.KindOf(value)} is no integer");
}

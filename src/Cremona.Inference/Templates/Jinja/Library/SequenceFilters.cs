using Cremona.Inference.Templates.Jinja.Syntax;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>Filters of lists and of what can be iterated over.</summary>
internal static class SequenceFilters
{
    /// <summary>Each with its parameters behind the value; those of null look at all that they are given.</summary>
    public static IReadOnlyDictionary<string, (string[]? Parameters, Func<JinjaBudget, JinjaArguments, object?> Call)>
        ByName
    { get; } = new Dictionary<string, (string[]?, Func<JinjaBudget, JinjaArguments, object?>)>
    {
        ["first"] = ([], (budget, a) => Elements(budget, a) is [var first, ..] ? first : new JinjaUndefined("the first")),
        ["last"] = ([], (budget, a) => Elements(budget, a) is [.., var last] ? last : new JinjaUndefined("the last")),
        ["join"] = (["d", "attribute"], Join),
        ["reverse"] = ([], Reverse),
        ["sort"] = (["reverse", "case_sensitive", "attribute"], Sort),
        ["unique"] = (["case_sensitive", "attribute"], Unique),
        ["min"] = (["case_sensitive", "attribute"], (budget, a) => Extreme(budget, a, order => order < 0)),
        ["max"] = (["case_sensitive", "attribute"], (budget, a) => Extreme(budget, a, order => order > 0)),
        ["sum"] = (["attribute", "start"], Sum),
        ["items"] = ([], (budget, a) => a.Get(0, "value") is JinjaMap map
            ? Methods.Find(map, "items")?.Call(budget, JinjaArguments.None) ?? Array.Empty<object?>()
            : Array.Empty<object?>()),
        ["dictsort"] = (["case_sensitive", "by", "reverse"], SortMap),
        ["map"] = (null, Map),
        ["select"] = (null, (budget, a) => Select(budget, a, byAttribute: false, wanted: true)),
        ["reject"] = (null, (budget, a) => Select(budget, a, byAttribute: false, wanted: false)),
        ["selectattr"] = (null, (budget, a) => Select(budget, a, byAttribute: true, wanted: true)),
        ["rejectattr"] = (null, (budget, a) => Select(budget, a, byAttribute: true, wanted: false)),
        ["batch"] = (["linecount", "fill_with"], Batch),
    };

    /// <summary>The elements of the value, charged as steps.</summary>
    public static IReadOnlyList<object?> Elements(JinjaBudget budget, JinjaArguments arguments)
    {
        IReadOnlyList<object?> elements = JinjaValue.Elements(arguments.Get(0, "value"), budget);
        budget.Step(elements.Count);
        return elements;
    }

    private static MarkedText Join(JinjaBudget budget, JinjaArguments arguments)
    {
        IReadOnlyList<object?> elements = Elements(budget, arguments);
        if (arguments.FindText(2, "attribute") is { } path)
            elements = [.. elements.Select(element => Member(budget, element, path.Text))];
        return TextOperations.Join(budget, elements, arguments.FindText(1, "d") ?? MarkedText.Empty);
    }

    private static object Reverse(JinjaBudget budget, JinjaArguments arguments)
    {
        object?[] reversed = [.. Elements(budget, arguments).Reverse()];
        return arguments.Get(0, "value") is MarkedText
            ? TextOperations.Join(budget, reversed, MarkedText.Empty)
            : reversed;
    }

    private static object?[] Sort(JinjaBudget budget, JinjaArguments arguments)
    {
        IReadOnlyList<object?> elements = Elements(budget, arguments);
        Func<object?, object?> key = KeyOf(budget, arguments, caseAt: 2, pathAt: 3);
        return JinjaOrder.Sort(elements, key, arguments.Flag(1, "reverse", false), budget, element => element);
    }

    private static object?[] Unique(JinjaBudget budget, JinjaArguments arguments)
    {
        Func<object?, object?> key = KeyOf(budget, arguments, caseAt: 1, pathAt: 2);
        var kept = new List<object?>();
        var seen = new List<object?>();
        foreach (object? element in Elements(budget, arguments))
        {
            object? current = key(element);
            if (seen.Any(other => JinjaOrder.AreEqual(other, current, budget))) continue;
            seen.Add(current);
            kept.Add(element);
        }

        return [.. kept];
    }

    private static object? Extreme(JinjaBudget budget, JinjaArguments arguments, Func<int, bool> isBetter)
    {
        IReadOnlyList<object?> elements = Elements(budget, arguments);
        if (elements.Count == 0) return new JinjaUndefined("the extreme of nothing");
        Func<object?, object?> key = KeyOf(budget, arguments, caseAt: 1, pathAt: 2);
        var order = new JinjaOrder(budget);
        return elements.Aggregate(
            (best, next) => isBetter(order.Compare(key(next), key(best))) ? next : best);
    }

    private static object? Sum(JinjaBudget budget, JinjaArguments arguments)
    {
        object? total = arguments.Has(2, "start") ? arguments.Get(2, "start") : 0L;
        string? path = arguments.FindText(1, "attribute")?.Text;
        foreach (object? element in Elements(budget, arguments))
            total = ArithmeticExpression.Apply("+", total, path is null ? element : Member(budget, element, path), budget);
        return total;
    }

    private static object?[] SortMap(JinjaBudget budget, JinjaArguments arguments)
    {
        if (arguments.Get(0, "value") is not JinjaMap map) throw new JinjaException("dictsort needs a mapping");
        budget.Step(map.Count);
        bool minds = arguments.Flag(1, "case_sensitive", false);
        bool byValue = arguments.FindText(2, "by")?.Text == "value";
        return JinjaOrder.Sort(
            map.Entries, entry => Fold(budget, byValue ? entry.Value : entry.Key, minds),
            arguments.Flag(3, "reverse", false), budget, entry => new JinjaTuple([entry.Key, entry.Value]));
    }

    private static object?[] Map(JinjaBudget budget, JinjaArguments arguments)
    {
        IReadOnlyList<object?> elements = Elements(budget, arguments);
        if (arguments.Positional.Count == 1 && arguments.Named.TryGetValue("attribute", out object? path))
        {
            arguments.Only("map", ["attribute", "default"], first: 1).Named.TryGetValue("default", out object? otherwise);
            string name = path is MarkedText text ? text.Text : $"{path}";
            return [.. elements.Select(element =>
                Member(budget, element, name) is var member && member is JinjaUndefined && otherwise is not null
                    ? otherwise
                    : member)];
        }

        string filterName = arguments.Text(1, "filter").Text;
        JinjaFunction filter = Filters.Find(filterName)
            ?? throw new JinjaException($"the filter {filterName} is not supported");
        return [.. elements.Select(element => filter.Call(
            budget, new JinjaArguments([element, .. arguments.Positional.Skip(2)], arguments.Named)))];
    }

    private static object?[] Select(JinjaBudget budget, JinjaArguments arguments, bool byAttribute, bool wanted)
    {
        int at = byAttribute ? 2 : 1;
        string? name = arguments.Positional.Count > at ? arguments.Text(at, "test").Text : null;
        JinjaFunction? test = name is null ? null
            : Tests.Find(name) ?? throw new JinjaException($"the test {name} is not supported");
        return [.. Elements(budget, arguments).Where(element =>
        {
            object? value = byAttribute ? Member(budget, element, arguments.Text(1, "attribute").Text) : element;
            object? result = test is null ? value : test.Call(
                budget, new JinjaArguments([value, .. arguments.Positional.Skip(at + 1)], arguments.Named));
            return JinjaValue.IsTrue(result) == wanted;
        })];
    }

    private static object?[] Batch(JinjaBudget budget, JinjaArguments arguments)
    {
        long size = arguments.Integer(1, "linecount", 0);
        if (size is < 1 or > int.MaxValue) throw new JinjaException($"the size of a batch is {size}");
        object?[][] batches = [.. Elements(budget, arguments).Chunk((int)size)];
        if (batches is not [.., var last] || !arguments.Has(2, "fill_with")) return [.. batches];
        if (arguments.Get(2, "fill_with") is not { } fill) return [.. batches];
        budget.Step(size - last.Length);
        batches[^1] = [.. last, .. Enumerable.Repeat(fill, (int)size - last.Length)];
        return [.. batches];
    }

    /// <summary>Texts are compared without regard to case unless that is asked for.</summary>
    private static Func<object?, object?> KeyOf(JinjaBudget budget, JinjaArguments arguments, int caseAt, int pathAt)
    {
        bool minds = arguments.Flag(caseAt, "case_sensitive", false);
        string? path = arguments.FindText(pathAt, "attribute")?.Text;
        return element => Fold(budget, path is null ? element : Member(budget, element, path), minds);
    }

    private static object? Fold(JinjaBudget budget, object? value, bool mindsCase) =>
        value is MarkedText text && !mindsCase ? TextOperations.Lower(budget, text) : value;

    /// <summary>A member by a path with points.</summary>
    private static object? Member(JinjaBudget budget, object? value, string path)
    {
        budget.Step(1 + path.Length);
        foreach (string name in path.Split('.'))
        {
            value = value switch
            {
                JinjaMap map when map.TryGet(name, out object? member) => member,
                IReadOnlyList<object?> list when uint.TryParse(name, out uint at) && at < list.Count => list[(int)at],
                _ => new JinjaUndefined(path),
            };
        }

        return value;
    }
}

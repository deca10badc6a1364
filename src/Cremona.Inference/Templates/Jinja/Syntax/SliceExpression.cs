using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a[start:stop:step]</c> of a text or a list, as Python slices.</summary>
internal sealed class SliceExpression(
    int line, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? value = owner.Evaluate(scope);
        if (value is not (MarkedText or IReadOnlyList<object?>))
            throw new JinjaException($"{JinjaValue.KindOf(value)} cannot be sliced");
        long by = Bound(step, scope) ?? 1;
        if (by == 0) throw new JinjaException("the step of a slice is 0");
        long count = JinjaValue.LengthOf(value, scope.Budget);
        long from = Clamp(Bound(start, scope), by > 0 ? 0 : count - 1, count, by);
        long to = Clamp(Bound(stop, scope), by > 0 ? count : -1, count, by);
        bool isPlain = by == 1 && value is MarkedText whole && whole.Length == count; // without pairs
        return isPlain
            ? scope.Budget.Part((MarkedText)value, (int)from, (int)Math.Max(0, to - from))
            : Choose(JinjaValue.Elements(value, scope.Budget), (from, to, by), value is MarkedText, scope.Budget);
    }

    private static object Choose(
        IReadOnlyList<object?> elements, (long From, long To, long By) range, bool isText, JinjaBudget budget)
    {
        budget.Step(elements.Count);
        var chosen = new List<object?>();
        for (long i = range.From; range.By > 0 ? i < range.To : i > range.To; i += range.By)
            chosen.Add(elements[(int)i]);
        if (!isText) return chosen;

        var text = new MarkedTextBuilder(budget);
        foreach (object? character in chosen) text.Append((MarkedText)character!);
        return text.ToText();
    }

    private static long? Bound(Expression? bound, JinjaScope scope) => bound?.Evaluate(scope) switch
    {
        null => null,
        long number => Math.Clamp(number, -int.MaxValue, int.MaxValue),
        var other => throw new JinjaException($"a bound of a slice is {JinjaValue.KindOf(other)}"),
    };

    private static long Clamp(long? bound, long defaultValue, long count, long step)
    {
        if (bound is not { } place) return defaultValue;
        if (place < 0) place += count;
        return step > 0 ? Math.Clamp(place, 0, count) : Math.Clamp(place, -1, count - 1);
    }
}

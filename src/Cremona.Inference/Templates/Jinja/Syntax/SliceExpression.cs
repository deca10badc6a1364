using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a[start:stop:step]</c> of a text or a list, as Python slices.</summary>
internal sealed class SliceExpression(
    int line, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? value = owner.Evaluate(scope);
        IReadOnlyList<object?> elements = value is MarkedText or IReadOnlyList<object?>
            ? JinjaValue.Elements(value)
            : throw new JinjaException($"{JinjaValue.KindOf(value)} cannot be sliced");
        long by = Bound(step, scope) ?? 1;
        if (by == 0) throw new JinjaException("the step of a slice is 0");
        long count = elements.Count;
        long from = Clamp(Bound(start, scope), by > 0 ? 0 : count - 1, count, by);
        long to = Clamp(Bound(stop, scope), by > 0 ? count : -1, count, by);
        scope.Budget.Step(elements.Count);
        var chosen = new List<object?>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) chosen.Add(elements[(int)i]);
        if (value is not MarkedText) return chosen;

        var text = new MarkedTextBuilder(scope.Budget);
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

using Cremona.Inference.Templates.Jinja.Library;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a.b</c> and <c>a[b]</c>: a method or an element; undefined where there is none.</summary>
internal sealed class MemberExpression(int line, Expression owner, Expression key, bool prefersMethods)
    : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? value = owner.Evaluate(scope);
        object? name = key.Evaluate(scope);
        if (value is JinjaUndefined) throw new JinjaException($"{JinjaValue.KindOf(value)} has no members");
        if (name is not MarkedText text) return AtIndex(value, name, scope.Budget);

        scope.Budget.Read(text.Length);
        JinjaFunction? method = Methods.Find(value, text.Text);
        if (prefersMethods && method is not null) return method;
        if (value is JinjaMap map && map.TryGet(text.Text, out object? member)) return member;
        return method as object ?? new JinjaUndefined(text.Text);
    }

    private static object? AtIndex(object? value, object? name, JinjaBudget budget) =>
        JinjaValue.TryInteger(name, out long index) && value is MarkedText or IReadOnlyList<object?>
            ? JinjaValue.ElementAt(value, index, budget)
            : new JinjaUndefined($"{name}");
}

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
        if (name is not MarkedText text) return AtIndex(value, name);

        JinjaFunction? method = Methods.Find(value, text.Text);
        if (prefersMethods && method is not null) return method;
        if (value is JinjaMap map && map.TryGet(text.Text, out object? member)) return member;
        return method as object ?? new JinjaUndefined(text.Text);
    }

    private static object? AtIndex(object? value, object? name)
    {
        if (!JinjaValue.TryInteger(name, out long index) || value is not (MarkedText or IReadOnlyList<object?>))
            return new JinjaUndefined($"{name}");
        IReadOnlyList<object?> elements = JinjaValue.Elements(value);
        if (index < 0) index += elements.Count;
        return index >= 0 && index < elements.Count ? elements[(int)index] : new JinjaUndefined($"{name}");
    }
}

using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A dictionary.</summary>
internal sealed class MapExpression(int line, IReadOnlyList<(Expression Key, Expression Value)> entries)
    : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        var map = new JinjaMap();
        foreach ((Expression key, Expression value) in entries)
        {
            object? name = key.Evaluate(scope);
            if (name is not MarkedText text)
                throw new JinjaException($"a key is {JinjaValue.KindOf(name)}; expected a text");
            scope.Budget.Read(text.Length);
            map.Set(text, value.Evaluate(scope));
        }

        return map;
    }
}

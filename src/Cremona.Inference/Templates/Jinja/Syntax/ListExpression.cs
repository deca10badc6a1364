using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A list or a tuple.</summary>
internal sealed class ListExpression(int line, IReadOnlyList<Expression> items, bool isTuple) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object?[] values = [.. items.Select(item => item.Evaluate(scope))];
        return isTuple ? new JinjaTuple(values) : values;
    }
}

using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Comparisons, also several in a row: <c>a &lt; b &lt; c</c>.</summary>
internal sealed class CompareExpression(
    int line, Expression first, IReadOnlyList<(string Sign, Expression Operand)> others) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? left = first.Evaluate(scope);
        foreach ((string sign, Expression operand) in others)
        {
            object? right = operand.Evaluate(scope);
            if (!Holds(sign, left, right)) return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(string sign, object? left, object? right) => sign switch
    {
        "==" => JinjaOrder.AreEqual(left, right),
        "!=" => !JinjaOrder.AreEqual(left, right),
        "<" => JinjaOrder.Compare(left, right) < 0,
        "<=" => JinjaOrder.Compare(left, right) <= 0,
        ">" => JinjaOrder.Compare(left, right) > 0,
        ">=" => JinjaOrder.Compare(left, right) >= 0,
        "in" => JinjaValue.Contains(right, left),
        _ => !JinjaValue.Contains(right, left),
    };
}

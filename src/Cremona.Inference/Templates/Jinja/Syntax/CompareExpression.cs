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
            if (!Holds(sign, left, right, scope.Budget)) return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(string sign, object? left, object? right, JinjaBudget budget) => sign switch
    {
        "==" => JinjaOrder.AreEqual(left, right, budget),
        "!=" => !JinjaOrder.AreEqual(left, right, budget),
        "<" => new JinjaOrder(budget).Compare(left, right) < 0,
        "<=" => new JinjaOrder(budget).Compare(left, right) <= 0,
        ">" => new JinjaOrder(budget).Compare(left, right) > 0,
        ">=" => new JinjaOrder(budget).Compare(left, right) >= 0,
        "in" => JinjaValue.Contains(right, left, budget),
        _ => !JinjaValue.Contains(right, left, budget),
    };
}

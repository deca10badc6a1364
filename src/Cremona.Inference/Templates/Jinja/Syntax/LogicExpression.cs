using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>and</c> and <c>or</c>: the right side is looked at only where it matters.</summary>
internal sealed class LogicExpression(int line, bool isAnd, Expression left, Expression right) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? value = left.Evaluate(scope);
        return JinjaValue.IsTrue(value) == isAnd ? right.Evaluate(scope) : value;
    }
}

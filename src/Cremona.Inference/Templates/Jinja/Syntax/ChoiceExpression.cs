using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a if b else c</c>; undefined without an else.</summary>
internal sealed class ChoiceExpression(int line, Expression condition, Expression then, Expression? otherwise)
    : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        if (JinjaValue.IsTrue(condition.Evaluate(scope))) return then.Evaluate(scope);
        return otherwise is null ? new JinjaUndefined("the else of an inline if") : otherwise.Evaluate(scope);
    }
}

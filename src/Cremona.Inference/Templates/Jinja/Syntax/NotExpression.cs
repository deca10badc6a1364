using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>not a</c></summary>
internal sealed class NotExpression(int line, Expression operand) : Expression(line)
{
    protected override object? Compute(JinjaScope scope) => !JinjaValue.IsTrue(operand.Evaluate(scope));
}

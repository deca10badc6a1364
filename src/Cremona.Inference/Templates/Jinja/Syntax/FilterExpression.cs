using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a | f(b)</c></summary>
internal sealed class FilterExpression(int line, Expression operand, JinjaFunction filter, CallArguments arguments)
    : Expression(line)
{
    protected override object? Compute(JinjaScope scope) =>
        filter.Call(scope.Budget, arguments.Evaluate(scope, operand.Evaluate(scope)));
}

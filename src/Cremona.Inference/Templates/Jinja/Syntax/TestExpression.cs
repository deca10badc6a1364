using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>a is t</c> and <c>a is not t(b)</c></summary>
internal sealed class TestExpression(
    int line, Expression operand, JinjaFunction test, CallArguments arguments, bool isNot) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? result = test.Call(scope.Budget, arguments.Evaluate(scope, operand.Evaluate(scope)));
        return JinjaValue.IsTrue(result) != isNot;
    }
}

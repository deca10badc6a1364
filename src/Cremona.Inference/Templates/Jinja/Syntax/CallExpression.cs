using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>f(a, b=c)</c></summary>
internal sealed class CallExpression(int line, Expression callee, CallArguments arguments) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? function = callee.Evaluate(scope);
        if (function is not JinjaFunction callable)
            throw new JinjaException($"{JinjaValue.KindOf(function)} cannot be called");
        scope.Budget.Enter();
        object? result = callable.Call(scope.Budget, arguments.Evaluate(scope));
        scope.Budget.Leave();
        return result;
    }
}

using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% call(a) f(b) %}</c>: a macro that is given a body, which it calls by <c>caller(…)</c>.</summary>
internal sealed class CallStatement(
    int line, Expression callee, CallArguments arguments, MacroStatement body) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        if (callee.Evaluate(scope) is not JinjaFunction function)
            throw new JinjaException("what follows call is no macro");
        JinjaArguments given = arguments.Evaluate(scope);
        var named = new Dictionary<string, object?>(given.Named) { ["caller"] = body.ToFunction(scope) };
        scope.Budget.Enter();
        object? result = function.Call(scope.Budget, new JinjaArguments(given.Positional, named));
        scope.Budget.Leave();
        JinjaText.Append(output, result, scope.Budget);
        return LoopStep.Next;
    }
}

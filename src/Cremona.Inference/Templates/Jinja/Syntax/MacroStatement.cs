using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% macro f(a, b=c) %}</c>; it sees the names around its definition.</summary>
internal sealed class MacroStatement(
    int line, string name, IReadOnlyList<(string Name, Expression? Default)> parameters, IReadOnlyList<Statement> body)
    : Statement(line)
{
    private const string Caller = "caller";

    private readonly HashSet<string> _names = [Caller, .. parameters.Select(parameter => parameter.Name)];

    /// <summary>The macro as a function.</summary>
    public JinjaFunction ToFunction(JinjaScope scope) =>
        new(name, (budget, arguments) => Call(scope, budget, arguments));

    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        scope[name] = ToFunction(scope);
        return LoopStep.Next;
    }

    private MarkedText Call(JinjaScope outer, JinjaBudget budget, JinjaArguments arguments)
    {
        var scope = new JinjaScope(outer);
        if (arguments.Positional.Count > parameters.Count)
            throw new JinjaException($"{name} takes {parameters.Count} arguments, not {arguments.Positional.Count}");
        budget.Step(parameters.Count);
        string? unknown = arguments.Named.Keys.FirstOrDefault(given => !_names.Contains(given));
        if (unknown is not null) throw new JinjaException($"{name} has no parameter {unknown}");
        for (int i = 0; i < parameters.Count; i++)
        {
            (string parameter, Expression? defaultValue) = parameters[i];
            scope[parameter] = arguments.Has(i, parameter) || defaultValue is null
                ? arguments.Get(i, parameter)
                : defaultValue.Evaluate(scope);
        }

        if (arguments.Named.TryGetValue(Caller, out object? caller)) scope[Caller] = caller;
        var text = new MarkedTextBuilder(budget);
        RenderAll(body, scope, text);
        return text.ToText();
    }
}

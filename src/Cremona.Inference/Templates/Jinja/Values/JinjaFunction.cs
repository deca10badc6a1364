namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What can be called.</summary>
/// <param name="name">For faults.</param>
/// <param name="call">Budget and arguments to a value.</param>
internal sealed class JinjaFunction(string name, Func<JinjaBudget, JinjaArguments, object?> call)
{
    public string Name => name;

    public object? Call(JinjaBudget budget, JinjaArguments arguments) => call(budget, arguments);
}

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What can be called.</summary>
/// <param name="name">For faults.</param>
/// <param name="call">Budget and arguments to a value.</param>
/// <param name="self">What a method belongs to; otherwise null.</param>
internal sealed class JinjaFunction(
    string name, Func<JinjaBudget, JinjaArguments, object?> call, object? self = null)
{
    public string Name => name;

    /// <summary>Calls it. What it is given is charged by its size, since most functions look through it.</summary>
    public object? Call(JinjaBudget budget, JinjaArguments arguments)
    {
        budget.Read(SizeOf(self));
        foreach (object? value in arguments.Positional) budget.Read(SizeOf(value));
        foreach ((string key, object? value) in arguments.Named) budget.Read(key.Length + SizeOf(value));
        return call(budget, arguments);
    }

    private static long SizeOf(object? value) => value switch
    {
        MarkedText text => text.Length,
        IReadOnlyList<object?> list => list.Count,
        JinjaMap map => map.Count,
        _ => 0,
    };
}

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What a filter, test, method, function or macro is called with. A named argument is taken by its
/// name.</summary>
internal sealed class JinjaArguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    public static JinjaArguments None { get; } = new([], NoNames);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyDictionary<string, object?> Named => named;

    /// <summary>These arguments, where the function looks at each of them: what it does not know must not
    /// vanish.</summary>
    /// <param name="function">For the fault.</param>
    /// <param name="parameters">Names of its parameters in order; null where it looks at all by itself.</param>
    /// <param name="first">Where they begin: of a filter or test behind the value.</param>
    /// <exception cref="JinjaException">There are more, one of another name, or one twice.</exception>
    public JinjaArguments Only(string function, string[]? parameters, int first = 0)
    {
        if (parameters is null) return this;
        if (positional.Count > first + parameters.Length)
            throw new JinjaException($"{function} is given more arguments than it takes");
        foreach (string name in named.Keys)
        {
            int at = Array.IndexOf(parameters, name);
            if (at < 0) throw new JinjaException($"{function} has no parameter {name}");
            if (first + at < positional.Count) throw new JinjaException($"{function} is given {name} twice");
        }

        return this;
    }

    public bool Has(int index, string name) => positional.Count > index || named.ContainsKey(name);

    /// <summary>The argument at this place or of this name, or undefined.</summary>
    public object? Get(int index, string name)
    {
        if (positional.Count > index) return positional[index];
        return named.TryGetValue(name, out object? value) ? value : new JinjaUndefined(name);
    }

    /// <exception cref="JinjaException">It is missing or no text.</exception>
    public MarkedText Text(int index, string name) =>
        Get(index, name) as MarkedText ?? throw new JinjaException($"the argument {name} must be a text");

    public MarkedText? FindText(int index, string name) =>
        Has(index, name) && Get(index, name) is not null ? Text(index, name) : null;

    /// <exception cref="JinjaException">It is there and no integer.</exception>
    public long Integer(int index, string name, long defaultValue) => !Has(index, name) ? defaultValue
        : Get(index, name) switch
        {
            long number => number,
            bool flag => flag ? 1 : 0,
            null => defaultValue,
            _ => throw new JinjaException($"the argument {name} must be an integer"),
        };

    public bool Flag(int index, string name, bool defaultValue) =>
        Has(index, name) ? JinjaValue.IsTrue(Get(index, name)) : defaultValue;
}

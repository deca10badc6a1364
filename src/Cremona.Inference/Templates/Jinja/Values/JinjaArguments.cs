namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>What a filter, test, method, function or macro is called with. A named argument is taken by its
/// name.</summary>
internal sealed class JinjaArguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    public static JinjaArguments None { get; } = new([], NoNames);

    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyDictionary<string, object?> Named => named;

    public static JinjaArguments Of(params object?[] values) => new(values, NoNames);

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

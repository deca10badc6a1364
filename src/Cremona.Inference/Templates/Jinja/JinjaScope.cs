using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja;

/// <summary>Names and their values; an inner scope sees the outer one. Not thread-safe.</summary>
internal sealed class JinjaScope
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly JinjaScope? _outer;

    public JinjaScope(JinjaBudget budget) => Budget = budget;

    public JinjaScope(JinjaScope outer) => (_outer, Budget) = (outer, outer.Budget);

    public JinjaBudget Budget { get; }

    /// <summary>The value, or <see cref="JinjaUndefined"/> with the name.</summary>
    public object? this[string name]
    {
        get
        {
            Budget.Read(name.Length);
            for (JinjaScope? scope = this; scope is not null; scope = scope._outer)
            {
                if (scope._values.TryGetValue(name, out object? value)) return value;
                Budget.Read(1);
            }

            return new JinjaUndefined(name);
        }
        set => _values[name] = value;
    }
}

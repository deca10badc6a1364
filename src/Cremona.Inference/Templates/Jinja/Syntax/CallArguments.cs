using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>The arguments of a call as they are written.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static CallArguments None { get; } = new([], []);

    /// <param name="scope">Where they are evaluated.</param>
    /// <param name="first">What stands before them: of a filter the value, otherwise nothing.</param>
    public JinjaArguments Evaluate(JinjaScope scope, params ReadOnlySpan<object?> first)
    {
        object?[] values = [.. first, .. Positional.Select(argument => argument.Evaluate(scope))];
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string name, Expression value) in Named) named[name] = value.Evaluate(scope);
        return new JinjaArguments(values, named);
    }
}

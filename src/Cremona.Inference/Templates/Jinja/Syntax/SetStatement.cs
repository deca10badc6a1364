using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% set a, b = c %}</c></summary>
internal sealed class SetStatement(int line, IReadOnlyList<string> names, Expression value) : Statement(line)
{
    /// <summary>Gives one name a value, or several the elements of a list.</summary>
    /// <exception cref="JinjaException">There are more or fewer elements than names.</exception>
    public static void Assign(JinjaScope scope, IReadOnlyList<string> names, object? value)
    {
        if (names.Count == 1)
        {
            scope[names[0]] = value;
            return;
        }

        IReadOnlyList<object?> parts = JinjaValue.Elements(value, scope.Budget);
        if (parts.Count != names.Count)
            throw new JinjaException($"{parts.Count} values cannot be given to {names.Count} names");
        for (int i = 0; i < names.Count; i++) scope[names[i]] = parts[i];
    }

    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        Assign(scope, names, value.Evaluate(scope));
        return LoopStep.Next;
    }
}

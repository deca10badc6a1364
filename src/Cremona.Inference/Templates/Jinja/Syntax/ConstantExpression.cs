namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A text, a number, true, false or none.</summary>
internal sealed class ConstantExpression(int line, object? value) : Expression(line)
{
    public object? Value => value;

    protected override object? Compute(JinjaScope scope) => value;
}

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A variable.</summary>
internal sealed class NameExpression(int line, string name) : Expression(line)
{
    public string Name => name;

    protected override object? Compute(JinjaScope scope) => scope[name];
}

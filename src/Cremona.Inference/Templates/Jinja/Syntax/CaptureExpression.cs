namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>What statements print, as a value: the body of <c>{% set a %}</c> and <c>{% filter f %}</c>.</summary>
internal sealed class CaptureExpression(int line) : Expression(line)
{
    /// <summary>Read after the filters that stand before it.</summary>
    public IReadOnlyList<Statement> Body { get; set; } = [];

    protected override object? Compute(JinjaScope scope)
    {
        var text = new MarkedTextBuilder(scope.Budget);
        Statement.RenderAll(Body, new JinjaScope(scope), text);
        return text.ToText();
    }
}

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>An expression of a template. Immutable.</summary>
internal abstract class Expression(int line)
{
    public int Line => line;

    /// <exception cref="JinjaException">It has no value; the message names the line.</exception>
    public object? Evaluate(JinjaScope scope)
    {
        try
        {
            scope.Budget.Step();
            return Compute(scope);
        }
        catch (JinjaException e) when (e.Line is null)
        {
            throw e.At(line);
        }
    }

    protected abstract object? Compute(JinjaScope scope);
}

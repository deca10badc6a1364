namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A statement of a template. Immutable.</summary>
internal abstract class Statement(int line)
{
    public int Line => line;

    /// <summary>Appends what the statement prints.</summary>
    /// <exception cref="JinjaException">It fails; the message names the line.</exception>
    public LoopStep Render(JinjaScope scope, MarkedTextBuilder output)
    {
        try
        {
            scope.Budget.Step();
            return Run(scope, output);
        }
        catch (JinjaException e) when (e.Line is null)
        {
            throw e.At(line);
        }
    }

    /// <summary>Statements in order, until one leaves the loop around them.</summary>
    public static LoopStep RenderAll(IReadOnlyList<Statement> body, JinjaScope scope, MarkedTextBuilder output)
    {
        foreach (Statement statement in body)
        {
            LoopStep step = statement.Render(scope, output);
            if (step != LoopStep.Next) return step;
        }

        return LoopStep.Next;
    }

    protected abstract LoopStep Run(JinjaScope scope, MarkedTextBuilder output);
}

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Text outside of tags.</summary>
internal sealed class TextStatement(int line, string text) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        output.Append(text);
        return LoopStep.Next;
    }
}

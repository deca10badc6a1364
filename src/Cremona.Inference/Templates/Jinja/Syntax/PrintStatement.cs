using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{{ a }}</c></summary>
internal sealed class PrintStatement(int line, Expression value) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        JinjaText.Append(output, value.Evaluate(scope), scope.Budget);
        return LoopStep.Next;
    }
}

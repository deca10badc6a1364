using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% if %}</c> with its branches; an else has no condition.</summary>
internal sealed class IfStatement(
    int line, IReadOnlyList<(Expression? Condition, IReadOnlyList<Statement> Body)> branches) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        foreach ((Expression? condition, IReadOnlyList<Statement> body) in branches)
        {
            if (condition is null || JinjaValue.IsTrue(condition.Evaluate(scope)))
                return RenderAll(body, scope, output);
        }

        return LoopStep.Next;
    }
}

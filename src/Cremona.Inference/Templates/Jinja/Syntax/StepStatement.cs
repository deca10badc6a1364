namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% break %}</c> and <c>{% continue %}</c></summary>
internal sealed class StepStatement(int line, LoopStep step) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output) => step;
}

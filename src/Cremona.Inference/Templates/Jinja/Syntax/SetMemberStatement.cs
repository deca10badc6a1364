using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>{% set a.b = c %}</c>, where a is a namespace.</summary>
internal sealed class SetMemberStatement(int line, string owner, string member, Expression value) : Statement(line)
{
    protected override LoopStep Run(JinjaScope scope, MarkedTextBuilder output)
    {
        if (scope[owner] is not JinjaMap { IsNamespace: true } map)
            throw new JinjaException($"{owner} is {JinjaValue.KindOf(scope[owner])}; only members of a namespace can be set");
        scope.Budget.Read(member.Length);
        map.Set(member, value.Evaluate(scope));
        return LoopStep.Next;
    }
}

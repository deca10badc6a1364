using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary><c>-a</c> and <c>+a</c></summary>
internal sealed class SignExpression(int line, bool isMinus, Expression operand) : Expression(line)
{
    protected override object? Compute(JinjaScope scope)
    {
        object? value = operand.Evaluate(scope);
        if (JinjaValue.TryInteger(value, out long integer))
        {
            if (!isMinus) return integer;
            return integer != long.MinValue ? -integer : throw new JinjaException("the result of '-' is too large");
        }

        return JinjaValue.TryNumber(value, out double number)
            ? isMinus ? -number : number
            : throw new JinjaException($"{JinjaValue.KindOf(value)} has no sign");
    }
}

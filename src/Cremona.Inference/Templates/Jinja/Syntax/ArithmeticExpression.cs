using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Numbers, texts and lists put together: <c>+ - * / // % ** ~</c>, as Python does.</summary>
internal sealed class ArithmeticExpression(int line, string sign, Expression left, Expression right) : Expression(line)
{
    /// <exception cref="JinjaException">The operation is not defined for the two.</exception>
    public static object? Apply(string sign, object? a, object? b, JinjaBudget budget)
    {
        if (sign == "~") return JinjaText.Concat(JinjaText.Of(a, budget), JinjaText.Of(b, budget), budget);
        return (sign, a, b) switch
        {
            ("+", MarkedText x, MarkedText y) => JinjaText.Concat(x, y, budget),
            ("+", IReadOnlyList<object?> x, IReadOnlyList<object?> y) => Join(x, y, budget),
            ("*", MarkedText x, long count) => Repeat(x, count, budget),
            _ when JinjaValue.TryInteger(a, out long x) && JinjaValue.TryInteger(b, out long y) => Integers(sign, x, y),
            _ when JinjaValue.TryNumber(a, out double x) && JinjaValue.TryNumber(b, out double y) =>
                Numbers(sign, x, y),
            _ => throw new JinjaException($"'{sign}' is not defined for {JinjaValue.KindOf(a)} and {JinjaValue.KindOf(b)}"),
        };
    }

    protected override object? Compute(JinjaScope scope) =>
        Apply(sign, left.Evaluate(scope), right.Evaluate(scope), scope.Budget);

    private static object?[] Join(IReadOnlyList<object?> left, IReadOnlyList<object?> right, JinjaBudget budget)
    {
        budget.Step(left.Count + right.Count);
        return [.. left, .. right];
    }

    private static MarkedText Repeat(MarkedText text, long count, JinjaBudget budget)
    {
        var builder = new MarkedTextBuilder(budget);
        for (long i = 0; i < count && text.Length > 0; i++) builder.Append(text);
        return builder.ToText();
    }

    private static object? Integers(string sign, long x, long y)
    {
        if (sign == "/" || (sign == "**" && y < 0)) return Numbers(sign, x, y);
        try
        {
            checked
            {
                return sign switch
                {
                    "+" => x + y,
                    "-" => x - y,
                    "*" => x * y,
                    "//" => Floor(x, NotZero(y)),
                    "%" => x - (Floor(x, NotZero(y)) * y),
                    _ => Power(x, y),
                };
            }
        }
        catch (OverflowException)
        {
            throw new JinjaException($"the result of '{sign}' is too large");
        }
    }

    private static double Numbers(string sign, double x, double y) => sign switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / NotZero(y),
        "//" => Math.Floor(x / NotZero(y)),
        "%" => x - (Math.Floor(x / NotZero(y)) * y),
        _ => Math.Pow(x, y),
    };

    private static long Floor(long x, long y) => checked((x / y) - (x % y != 0 && x < 0 != y < 0 ? 1 : 0));

    private static long Power(long x, long y)
    {
        long result = 1;
        for (; y > 0; y--)
        {
            result = checked(result * x);
            if (result is 0 or 1 && x is 0 or 1) break;
            if (x == -1) return y % 2 == 0 ? 1 : -1;
        }

        return result;
    }

    private static T NotZero<T>(T value)
        where T : System.Numerics.INumber<T> =>
        value == T.Zero ? throw new JinjaException("division by zero") : value;
}

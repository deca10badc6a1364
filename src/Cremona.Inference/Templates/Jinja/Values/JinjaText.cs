using System.Globalization;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>Values as text, as Python's <c>str</c> writes them; texts keep where they came from.</summary>
internal static class JinjaText
{
    public static MarkedText Of(object? value, JinjaBudget budget)
    {
        if (value is MarkedText text) return text;
        var builder = new MarkedTextBuilder(budget);
        Append(builder, value, budget);
        return builder.ToText();
    }

    public static MarkedText Concat(MarkedText left, MarkedText right, JinjaBudget budget) =>
        left.Length == 0 ? right
        : right.Length == 0 ? left
        : new MarkedTextBuilder(budget).Append(left).Append(right).ToText();

    /// <summary>Appends what a template prints.</summary>
    public static void Append(MarkedTextBuilder builder, object? value, JinjaBudget budget)
    {
        if (value is MarkedText text) builder.Append(text);
        else if (value is not JinjaUndefined) AppendLiteral(builder, value, budget);
    }

    private static void AppendLiteral(MarkedTextBuilder builder, object? value, JinjaBudget budget)
    {
        budget.Step();
        switch (value)
        {
            case MarkedText text:
                AppendQuoted(builder, text);
                break;
            case JinjaTuple { Count: 1 } tuple:
                builder.Append('(');
                AppendLiteral(builder, tuple[0], budget);
                builder.Append(",)");
                break;
            case IReadOnlyList<object?> list:
                AppendMany(builder, budget, list is JinjaTuple ? "()" : "[]", list, item => AppendLiteral(builder, item, budget));
                break;
            case JinjaMap map:
                AppendMany(builder, budget, "{}", [.. map.Entries], entry =>
                {
                    AppendQuoted(builder, entry.Key);
                    builder.Append(": ");
                    AppendLiteral(builder, entry.Value, budget);
                });
                break;
            default:
                builder.Append(ShowScalar(value));
                break;
        }
    }

    private static string ShowScalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => JinjaValue.Show(number),
        JsonNumber number => number.Text,
        JinjaUndefined => "Undefined",
        _ => throw new JinjaException($"{JinjaValue.KindOf(value)} cannot be written as text"),
    };

    private static void AppendMany<T>(
        MarkedTextBuilder builder, JinjaBudget budget, string brackets, IReadOnlyList<T> items, Action<T> append)
    {
        budget.Enter();
        builder.Append(brackets[0]);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) builder.Append(", ");
            append(items[i]);
        }

        builder.Append(brackets[1]);
        budget.Leave();
    }

    private static void AppendQuoted(MarkedTextBuilder builder, MarkedText text)
    {
        bool hasSingle = text.Text.Contains('\'', StringComparison.Ordinal);
        char quote = hasSingle && !text.Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            char character = text.Text[i];
            string? escaped = character switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when character == quote => $"\\{quote}",
                < ' ' or '\x7f' => $"\\x{(int)character:x2}",
                _ => null,
            };
            if (escaped is null) builder.Append(text, i, 1);
            else builder.Append(escaped, text.OriginAt(i));
        }

        builder.Append(quote);
    }
}

using System.Globalization;
using System.Text.Json;

namespace Cremona.Inference.Templates.Jinja.Values;

/// <summary>Values from JSON, and to JSON as Python's <c>json.dumps</c> writes it, which is what <c>tojson</c> does in
/// chat templates. Texts keep where they came from.</summary>
internal sealed class JinjaJson(
    JinjaBudget budget, int indent, string itemSeparator, string keySeparator, bool sorts, bool ensuresAscii)
{
    private readonly MarkedTextBuilder _text = new(budget);

    /// <summary>Values of JSON.</summary>
    /// <param name="json">Any value.</param>
    /// <param name="origin">Of its texts.</param>
    public static object? Read(JsonElement json, int origin) => json.ValueKind switch
    {
        JsonValueKind.String => new MarkedText(json.GetString()!, origin),
        JsonValueKind.Number => json.TryGetInt64(out long number) ? number
            : new JsonNumber(json.GetRawText(), json.GetDouble()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => json.EnumerateArray().Select(item => Read(item, origin)).ToArray(),
        JsonValueKind.Object => ReadMap(json, origin),
        _ => null,
    };

    /// <param name="value">Of any kind but functions and undefined.</param>
    /// <param name="indent">Spaces for each level; below 0 writes one line.</param>
    /// <param name="budget">What it is charged to.</param>
    public static MarkedText Write(object? value, JinjaBudget budget, int indent = -1) =>
        new JinjaJson(budget, indent, indent < 0 ? ", " : ",", ": ", sorts: false, ensuresAscii: false).Write(value);

    /// <exception cref="JinjaException">JSON has no form for a value.</exception>
    public MarkedText Write(object? value)
    {
        Append(value, 1);
        return _text.ToText();
    }

    private static JinjaMap ReadMap(JsonElement json, int origin)
    {
        var map = new JinjaMap();
        foreach (JsonProperty member in json.EnumerateObject())
            map.Set(new MarkedText(member.Name, origin), Read(member.Value, origin));
        return map;
    }

    private void Append(object? value, int level)
    {
        budget.Step();
        switch (value)
        {
            case MarkedText text:
                AppendQuoted(text);
                break;
            case IReadOnlyList<object?> list:
                AppendMany("[]", level, list, item => Append(item, level + 1));
                break;
            case JinjaMap map:
                IEnumerable<(MarkedText Key, object? Value)> entries = sorts
                    ? map.Entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal)
                    : map.Entries;
                AppendMany("{}", level, [.. entries], entry =>
                {
                    AppendQuoted(entry.Key);
                    _text.Append(keySeparator);
                    Append(entry.Value, level + 1);
                });
                break;
            default:
                _text.Append(Scalar(value));
                break;
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => JinjaValue.Show(number),
        JsonNumber number => number.Text,
        _ => throw new JinjaException($"{JinjaValue.KindOf(value)} has no form in JSON"),
    };

    private void AppendMany<T>(string brackets, int level, IReadOnlyList<T> items, Action<T> append)
    {
        budget.Enter();
        _text.Append(brackets[0]);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) _text.Append(itemSeparator);
            BreakLine(level);
            append(items[i]);
        }

        if (items.Count > 0) BreakLine(level - 1);
        _text.Append(brackets[1]);
        budget.Leave();
    }

    private void BreakLine(int level)
    {
        if (indent >= 0) _text.Append("\n" + new string(' ', indent * level));
    }

    private void AppendQuoted(MarkedText text)
    {
        _text.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            string? escaped = text.Text[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)text.Text[i]:x4}",
                > '~' when ensuresAscii => $"\\u{(int)text.Text[i]:x4}",
                _ => null,
            };
            if (escaped is null) _text.Append(text, i, 1);
            else _text.Append(escaped, text.OriginAt(i));
        }

        _text.Append('"');
    }
}

using System.Globalization;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The filters behind <c>|</c>. The value is the first argument.</summary>
internal static class Filters
{
    private const int IndentMax = 1000;

    private static readonly Dictionary<string, Func<JinjaBudget, JinjaArguments, object?>> ByName = new()
    {
        ["upper"] = (budget, a) => TextOperations.Upper(budget, Text(budget, a)),
        ["lower"] = (budget, a) => TextOperations.Lower(budget, Text(budget, a)),
        ["capitalize"] = (budget, a) => TextOperations.Capitalize(budget, Text(budget, a)),
        ["title"] = (budget, a) => TextOperations.Title(
            budget, Text(budget, a), before => char.IsWhiteSpace(before) || "-([{<".Contains(before, StringComparison.Ordinal)),
        ["trim"] = (budget, a) => TextOperations.Trim(budget, Text(budget, a), a.FindText(1, "chars")?.Text),
        ["replace"] = (budget, a) => TextOperations.Replace(
            budget, Text(budget, a), a.Text(1, "old"), a.Text(2, "new"), a.Integer(3, "count", -1)),
        ["indent"] = Indent,
        ["string"] = (budget, a) => Text(budget, a),
        ["safe"] = (_, a) => Value(a),
        ["wordcount"] = (budget, a) =>
            (long)TextOperations.Split(budget, Text(budget, a), null, -1, fromEnd: false).Length,
        ["escape"] = (budget, a) => Escape(budget, Text(budget, a)),
        ["tojson"] = ToJson,
        ["default"] = Default,
        ["length"] = (budget, a) => (long)JinjaValue.LengthOf(Value(a), budget),
        ["list"] = (budget, a) => SequenceFilters.Elements(budget, a).ToArray(),
        ["abs"] = (_, a) => JinjaValue.TryInteger(Value(a), out long number)
            ? (object?)Math.Abs(Math.Max(number, -long.MaxValue))
            : Math.Abs(Number(a)),
        ["int"] = ToInteger,
        ["float"] = ToNumber,
        ["round"] = (budget, a) => Round(budget, a),
    };

    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["d"] = "default",
        ["count"] = "length",
        ["e"] = "escape",
    };

    /// <summary>The filter of this name, or null.</summary>
    public static JinjaFunction? Find(string name)
    {
        string first = Synonyms.GetValueOrDefault(name, name);
        bool isThere = ByName.TryGetValue(first, out Func<JinjaBudget, JinjaArguments, object?>? filter)
            || SequenceFilters.ByName.TryGetValue(first, out filter);
        return isThere ? new JinjaFunction(name, filter!) : null;
    }

    private static object? Value(JinjaArguments arguments) => arguments.Get(0, "value");

    private static MarkedText Text(JinjaBudget budget, JinjaArguments arguments) =>
        Value(arguments) is JinjaUndefined ? MarkedText.Empty : JinjaText.Of(Value(arguments), budget);

    private static double Number(JinjaArguments arguments) => JinjaValue.TryNumber(Value(arguments), out double number)
        ? number
        : throw new JinjaException($"{JinjaValue.KindOf(Value(arguments))} is no number");

    private static object? Default(JinjaBudget budget, JinjaArguments arguments)
    {
        object? value = Value(arguments);
        bool isMissing = arguments.Flag(2, "boolean", false) ? !JinjaValue.IsTrue(value) : value is JinjaUndefined;
        if (!isMissing) return value;
        return arguments.Has(1, "default_value") ? arguments.Get(1, "default_value") : MarkedText.Empty;
    }

    private static MarkedText ToJson(JinjaBudget budget, JinjaArguments arguments)
    {
        long indent = arguments.Integer(2, "indent", arguments.Has(1, "indent") ? arguments.Integer(1, "indent", -1) : -1);
        if (indent > IndentMax) throw new JinjaException($"indent is {indent}, at most {IndentMax} is possible");
        string item = indent < 0 ? ", " : ",";
        string key = ": ";
        if (arguments.Named.TryGetValue("separators", out object? separators) && separators is not null)
        {
            if (separators is not IReadOnlyList<object?> { Count: 2 } pair || pair[0] is not MarkedText between
                || pair[1] is not MarkedText behind)
            {
                throw new JinjaException("separators must be two texts");
            }

            (item, key) = (between.Text, behind.Text);
        }

        bool sorts = arguments.Named.TryGetValue("sort_keys", out object? given) && JinjaValue.IsTrue(given);
        return new JinjaJson(budget, (int)indent, item, key, sorts).Write(Value(arguments));
    }

    private static MarkedText Indent(JinjaBudget budget, JinjaArguments arguments)
    {
        string indent;
        if (arguments.Get(1, "width") is MarkedText given)
        {
            indent = given.Text;
        }
        else
        {
            long width = arguments.Integer(1, "width", 4);
            indent = new string(' ', width is >= 0 and <= IndentMax
                ? (int)width
                : throw new JinjaException($"width is {width}, 0 to {IndentMax} is possible"));
        }

        return TextOperations.Indent(
            budget, Text(budget, arguments), indent, arguments.Flag(2, "first", false), arguments.Flag(3, "blank", false));
    }

    private static MarkedText Escape(JinjaBudget budget, MarkedText text)
    {
        (string, string)[] escapes = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")];
        foreach ((string character, string escape) in escapes)
            text = TextOperations.Replace(budget, text, new MarkedText(character), new MarkedText(escape), -1);
        return text;
    }

    private static object? ToInteger(JinjaBudget budget, JinjaArguments arguments)
    {
        object? value = Value(arguments);
        if (JinjaValue.TryInteger(value, out long integer)) return integer;
        bool isNumber = JinjaValue.TryNumber(value, out double number)
            || (value is MarkedText text && TryParse(text.Text, out number));
        if (isNumber && Math.Abs(number) < long.MaxValue) return (long)number;
        return arguments.Has(1, "default") ? arguments.Get(1, "default") : 0L;
    }

    private static object? ToNumber(JinjaBudget budget, JinjaArguments arguments)
    {
        object? value = Value(arguments);
        bool isNumber = JinjaValue.TryNumber(value, out double number)
            || (value is MarkedText text && TryParse(text.Text, out number));
        if (isNumber) return number;
        return arguments.Has(1, "default") ? arguments.Get(1, "default") : 0.0;
    }

    private static bool TryParse(string text, out double number) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static double Round(JinjaBudget budget, JinjaArguments arguments)
    {
        double scale = Math.Pow(10, arguments.Integer(1, "precision", 0));
        string method = arguments.FindText(2, "method")?.Text ?? "common";
        double scaled = Number(arguments) * scale;
        double rounded = method switch
        {
            "common" => Math.Round(scaled, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(scaled),
            "floor" => Math.Floor(scaled),
            _ => throw new JinjaException($"method is {method}; expected common, ceil or floor"),
        };
        return rounded / scale;
    }
}

using System.Globalization;
using System.Text;
using Cremona.Inference.Templates.Jinja.Values;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>The filters behind <c>|</c>. The value is the first argument.</summary>
internal static class Filters
{
    private const int IndentMax = 1000;

    // Each with its parameters behind the value.
    private static readonly Dictionary<
        string, (string[]? Parameters, Func<JinjaBudget, JinjaArguments, object?> Call)> ByName = new()
        {
            ["upper"] = ([], (budget, a) => TextOperations.Upper(budget, Text(budget, a))),
            ["lower"] = ([], (budget, a) => TextOperations.Lower(budget, Text(budget, a))),
            ["capitalize"] = ([], (budget, a) => TextOperations.Capitalize(budget, Text(budget, a))),
            ["title"] = ([], (budget, a) => TextOperations.Title(
                budget, Text(budget, a), before => char.IsWhiteSpace(before) || "-([{<".Contains(before, StringComparison.Ordinal))),
            ["trim"] = (["chars"], (budget, a) => TextOperations.Trim(budget, Text(budget, a), a.FindText(1, "chars")?.Text)),
            ["replace"] = (["old", "new", "count"], (budget, a) => TextOperations.Replace(
                budget, Text(budget, a), a.Text(1, "old"), a.Text(2, "new"), a.Integer(3, "count", -1))),
            ["indent"] = (["width", "first", "blank"], Indent),
            ["string"] = ([], (budget, a) => Text(budget, a)),
            ["safe"] = ([], (_, a) => Value(a)),
            ["wordcount"] = ([], (budget, a) => CountWords(Text(budget, a).Text)),
            ["escape"] = ([], (budget, a) => Escape(budget, Text(budget, a))),
            ["tojson"] = (["ensure_ascii", "indent", "separators", "sort_keys"], ToJson),
            ["default"] = (["default_value", "boolean"], Default),
            ["length"] = ([], (budget, a) => (long)JinjaValue.LengthOf(Value(a), budget)),
            ["list"] = ([], (budget, a) => SequenceFilters.Elements(budget, a).ToArray()),
            ["abs"] = ([], (_, a) => JinjaValue.TryInteger(Value(a), out long number)
                ? (object?)Math.Abs(Math.Max(number, -long.MaxValue))
                : Math.Abs(Number(a))),
            ["int"] = (["default"], ToInteger),
            ["float"] = (["default"], ToNumber),
            ["round"] = (["precision", "method"], Round),
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
        string known = Synonyms.GetValueOrDefault(name, name);
        if (!ByName.TryGetValue(known, out var filter) && !SequenceFilters.ByName.TryGetValue(known, out filter))
            return null;
        return new JinjaFunction(name, (budget, arguments) =>
            filter.Call(budget, arguments.Only(name, filter.Parameters, first: 1)));
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
        long indent = arguments.Integer(2, "indent", -1);
        if (indent > IndentMax) throw new JinjaException($"indent is {indent}, at most {IndentMax} is possible");
        string item = indent < 0 ? ", " : ",";
        string key = ": ";
        if (arguments.Has(3, "separators") && arguments.Get(3, "separators") is { } separators)
        {
            if (separators is not IReadOnlyList<object?> { Count: 2 } pair || pair[0] is not MarkedText between
                || pair[1] is not MarkedText behind)
            {
                throw new JinjaException("separators must be two texts");
            }

            (item, key) = (between.Text, behind.Text);
        }

        bool ensuresAscii = arguments.Flag(1, "ensure_ascii", false);
        bool sorts = arguments.Flag(4, "sort_keys", false);
        return new JinjaJson(budget, (int)indent, item, key, sorts, ensuresAscii).Write(Value(arguments));
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

    /// <summary>An integer stays one where Python's <c>round</c> is what rounds.</summary>
    private static object Round(JinjaBudget budget, JinjaArguments arguments)
    {
        long precision = arguments.Integer(1, "precision", 0);
        string method = arguments.FindText(2, "method")?.Text ?? "common";
        bool staysInteger = JinjaValue.TryInteger(Value(arguments), out long integer) && method == "common";
        if (staysInteger && precision >= 0) return integer;
        double scale = Math.Pow(10, precision);
        double scaled = Number(arguments) * scale;
        double rounded = method switch
        {
            "common" => Math.Round(scaled, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(scaled),
            "floor" => Math.Floor(scaled),
            _ => throw new JinjaException($"method is {method}; expected common, ceil or floor"),
        };
        if (staysInteger) return (long)Math.Round(rounded / scale);
        return rounded / scale;
    }

    /// <summary>Runs of letters, digits and low lines, as Python's <c>\w+</c> finds them.</summary>
    private static long CountWords(string text)
    {
        long count = 0;
        bool isInWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isOfWord = Rune.IsLetter(rune) || Rune.IsNumber(rune) || rune.Value == '_';
            if (isOfWord && !isInWord) count++;
            isInWord = isOfWord;
        }

        return count;
    }
}

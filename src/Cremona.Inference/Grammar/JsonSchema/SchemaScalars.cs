using System.Text.Json;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Regex;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Reads the keywords of numbers and strings.</summary>
internal sealed class SchemaScalars(PatternFactory patterns, ShapeAlgebra algebra)
{
    private readonly Dictionary<string, Pattern> _searches = [];
    private readonly SchemaFormats _formats = new(patterns);

    /// <summary>A whole number, not negative.</summary>
    public static int? Count(SchemaNode node, string keyword)
    {
        if (node.Find(keyword) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= 0
            && number == Math.Floor(number))
        {
            return (int)Math.Min(number, Pattern.Unbounded - 1);
        }

        throw node.Fault(keyword, "must be a whole number of at least 0");
    }

    public NumberShape Number(SchemaNode node, bool isInteger)
    {
        NumberShape kind = isInteger ? algebra.Integer : algebra.AnyNumber;
        DecimalBound? min = Bound(node, "minimum", "exclusiveMinimum", isLower: true);
        DecimalBound? max = Bound(node, "maximum", "exclusiveMaximum", isLower: false);
        if (min is not null || max is not null)
        {
            Pattern between = DecimalPatterns.Between(patterns, min, max);
            kind = new NumberShape(patterns.And(kind.Text, between), patterns.And(kind.Values, between));
        }

        if (node.Find("multipleOf") is not { } divisor) return kind;
        Pattern multiple = Multiple(node, divisor);
        Pattern decimals = DecimalPatterns.Decimal(patterns);
        return new NumberShape(
            patterns.And(kind.Text, decimals, multiple), patterns.And(kind.Values, decimals, multiple));
    }

    public StringShape Text(SchemaNode node)
    {
        int min = Count(node, "minLength") ?? 0;
        int max = Count(node, "maxLength") ?? Pattern.Unbounded;
        Pattern text = min > max ? patterns.Empty : patterns.Repeat(patterns.AnyCharacter, min, max);
        if (node.Find("pattern") is { } pattern)
        {
            if (pattern.ValueKind != JsonValueKind.String) throw node.Fault("pattern", "must be a string");
            text = patterns.And(text, Search(node, "pattern", pattern.GetString()!));
        }

        if (node.Find("format") is { ValueKind: JsonValueKind.String } format)
            text = patterns.And(text, _formats.Find(node, format.GetString()!));
        return new StringShape(text);
    }

    public NumberShape Constant(SchemaNode node)
    {
        string raw = node.Element.GetRawText();
        DecimalBound value = DecimalBound.Parse(raw, isExclusive: false)
            ?? throw new GrammarException(node.Pointer, "this number has too many digits");
        Pattern values = DecimalPatterns.Between(patterns, value, value);
        Pattern asGiven = patterns.Literal(raw);
        return new NumberShape(patterns.Or(patterns.Literal(value.Text), asGiven), patterns.Or(values, asGiven));
    }

    /// <summary>Texts that contain a match.</summary>
    public Pattern Search(SchemaNode node, string keyword, string regex)
    {
        if (_searches.TryGetValue(regex, out Pattern? known)) return known;
        try
        {
            Pattern pattern = new RegexPatterns(patterns).Search(regex);
            _searches.Add(regex, pattern);
            return pattern;
        }
        catch (GrammarException fault)
        {
            throw node.Fault(keyword, fault.Message);
        }
    }

    private Pattern Multiple(SchemaNode node, JsonElement divisor)
    {
        DecimalBound? parsed = divisor.ValueKind == JsonValueKind.Number
            ? DecimalBound.Parse(divisor.GetRawText(), isExclusive: false)
            : null;
        if (parsed is not { Sign: > 0 } value) throw node.Fault("multipleOf", "must be a number greater than 0");
        var scaled = System.Numerics.BigInteger.Parse(
            value.WholeText + value.Fraction, System.Globalization.CultureInfo.InvariantCulture);
        if (scaled > DecimalRemainder.DivisorMax) throw node.Fault("multipleOf", "has too many digits");
        return patterns.Multiple(new DecimalRemainder((long)scaled, value.Fraction.Length, 0, -1));
    }

    /// <summary>The stronger of two bounds; in draft 4 the exclusive one is a flag.</summary>
    private static DecimalBound? Bound(SchemaNode node, string inclusive, string exclusive, bool isLower)
    {
        bool isFlag = node.Find(exclusive) is { ValueKind: JsonValueKind.True };
        DecimalBound? first = Parse(node, inclusive, isFlag);
        DecimalBound? second =
            node.Find(exclusive) is { ValueKind: JsonValueKind.Number } ? Parse(node, exclusive, true) : null;
        if (first is null || second is null) return first ?? second;
        int order = Compare(first.Value, second.Value);
        return (isLower ? order > 0 : order < 0) ? first : second;
    }

    private static DecimalBound? Parse(SchemaNode node, string keyword, bool isExclusive)
    {
        if (node.Find(keyword) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number) throw node.Fault(keyword, "must be a number");
        return DecimalBound.Parse(value.GetRawText(), isExclusive) ?? throw node.Fault(keyword, "has too many digits");
    }

    private static int Compare(DecimalBound x, DecimalBound y)
    {
        if (x.Sign != y.Sign) return x.Sign.CompareTo(y.Sign);
        int order = x.Whole.CompareTo(y.Whole);
        if (order == 0) order = string.CompareOrdinal(x.Fraction, y.Fraction);
        return x.Sign < 0 ? -order : order;
    }
}

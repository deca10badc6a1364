using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Regex;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Reads the keywords of numbers and strings.</summary>
internal sealed class SchemaScalars(PatternFactory patterns, ShapeAlgebra algebra)
{
    // The bounds and kinds of a number add a few states to those of its multiples.
    private const int MultipleStatesMax = GrammarLimits.SearchStates * 9 / 10;

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
        Pattern multiple = Multiple(node, divisor, isBounded: min is not null || max is not null);
        Pattern decimals = DecimalPatterns.Decimal(patterns);
        return new NumberShape(
            patterns.And(kind.Text, decimals, multiple), patterns.And(kind.Values, decimals, multiple));
    }

    public StringShape Text(SchemaNode node)
    {
        int min = Count(node, "minLength") ?? 0;
        if (min > GrammarLimits.StringLength)
        {
            throw node.Fault(
                "minLength", $"of more than {GrammarLimits.StringLength} is not supported; take less, or leave it out");
        }

        int max = Count(node, "maxLength") ?? Pattern.Unbounded;
        Pattern text = min > max ? patterns.Empty : patterns.Repeat(patterns.AnyCharacter, min, max);
        if (node.Find("pattern") is { } pattern)
        {
            if (pattern.ValueKind != JsonValueKind.String) throw node.Fault("pattern", "must be a string");
            text = patterns.And(text, Search(node, "pattern", pattern.GetString()!));
        }

        if (node.Find("format") is { } format)
        {
            if (format.ValueKind != JsonValueKind.String) throw node.Fault("format", "must be a string");
            text = patterns.And(text, _formats.Find(node, format.GetString()!));
        }

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

    private Pattern Multiple(SchemaNode node, JsonElement divisor, bool isBounded)
    {
        DecimalBound? parsed = divisor.ValueKind == JsonValueKind.Number
            ? DecimalBound.Parse(divisor.GetRawText(), isExclusive: false)
            : null;
        if (parsed is not { Sign: > 0 } value) throw node.Fault("multipleOf", "must be a number greater than 0");
        var scaled = BigInteger.Parse(value.WholeText + value.Fraction, CultureInfo.InvariantCulture);
        int decimals = value.Fraction.Length;
        int zeros = 0;
        for (; decimals == 0 && (scaled % 10).IsZero; zeros++) scaled /= 10;
        if (StatesOf(scaled, decimals, zeros, isBounded) > MultipleStatesMax)
        {
            throw node.Fault(
                "multipleOf", "needs too many states; take a divisor of fewer digits, not counting zeros at its end");
        }

        Pattern multiple = patterns.Multiple(new DecimalRemainder((long)scaled, decimals, 0, -1));
        if (decimals > 0) return multiple;

        // What the zeros at its end add to a divisor is written out, so that there are fewer rests.
        Pattern noFraction = patterns.Optional(patterns.Concat(
            patterns.Literal("."), patterns.Repeat(patterns.Literal("0"), 1, Pattern.Unbounded)));
        return patterns.Or(
            patterns.Concat(patterns.Optional(patterns.Literal("-")), patterns.Literal("0"), noFraction),
            patterns.Concat(
                patterns.And(multiple, DecimalPatterns.Integer(patterns)),
                patterns.Literal(new string('0', zeros)),
                noFraction));
    }

    /// <summary>At most so many states a search visits until it finds a multiple or that there is none. A number that
    /// may have any length goes on to a multiple from each rest. With a bound the search tries all digits where too
    /// few are left for a multiple to be sure, for two kinds of lengths.</summary>
    /// <param name="divisor">Without its decimal point and the zeros at its end.</param>
    private static BigInteger StatesOf(BigInteger divisor, int decimals, int zeros, bool isBounded)
    {
        int places = decimals == 0 ? 1 : decimals + 2;
        if (!isBounded) return (divisor * places) + zeros;
        places += zeros + divisor.ToString(CultureInfo.InvariantCulture).Length;
        BigInteger states = BigInteger.Zero;
        for (int place = 0; place < places; place++) states += BigInteger.Min(divisor, BigInteger.Pow(10, place));
        return 2 * states;
    }

    /// <summary>The stronger of two bounds; in draft 4 the exclusive one is a flag.</summary>
    private static DecimalBound? Bound(SchemaNode node, string inclusive, string exclusive, bool isLower)
    {
        JsonValueKind? kind = node.Find(exclusive)?.ValueKind;
        DecimalBound? first = Parse(node, inclusive, isExclusive: kind == JsonValueKind.True);
        DecimalBound? second =
            kind is JsonValueKind.True or JsonValueKind.False ? null : Parse(node, exclusive, isExclusive: true);
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

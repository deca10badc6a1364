using System.Globalization;
using System.Numerics;

namespace Cremona.Inference.Grammar.Patterns;

/// <summary>Decimal numbers as JSON writes them. Bounded ones are written without exponent and without a negative
/// zero.</summary>
internal static class DecimalPatterns
{
    public static Pattern Integer(PatternFactory p) => p.Concat(p.Optional(p.Literal("-")), Natural(p));

    public static Pattern Decimal(PatternFactory p) => p.Concat(Integer(p), Fraction(p));

    public static Pattern Number(PatternFactory p) => p.Concat(
        Decimal(p),
        p.Optional(p.Concat(
            p.Class(CharacterSet.FromRanges([('e', 'e'), ('E', 'E')])),
            p.Optional(p.Class(CharacterSet.FromRanges([('+', '+'), ('-', '-')]))),
            p.Repeat(Digit(p), 1, Pattern.Unbounded))));

    /// <summary>Numbers between two bounds; null where there is none.</summary>
    public static Pattern Between(PatternFactory p, DecimalBound? min, DecimalBound? max)
    {
        Pattern result = p.Empty;
        if (max is null || max.Value.Sign >= 0)
        {
            DecimalBound least = min is { Sign: >= 0 } bound ? bound : DecimalBound.Zero;
            result = Magnitude(p, least, max);
        }

        if (min is { Sign: >= 0 }) return result;
        DecimalBound smallest =
            max is { Sign: < 0 } below ? below.Negate() : DecimalBound.Zero with { IsExclusive = true };
        return p.Or(result, p.Concat(p.Literal("-"), Magnitude(p, smallest, min?.Negate())));
    }

    private static Pattern Magnitude(PatternFactory p, DecimalBound min, DecimalBound? max)
    {
        if (max is not { } bound) return p.And(p.Concat(Natural(p), Fraction(p)), AtLeast(p, min));
        Pattern whole = NaturalBetween(p, min.Whole, bound.Whole);
        return p.And(p.Concat(whole, Fraction(p)), AtLeast(p, min), AtMost(p, bound));
    }

    private static Pattern AtLeast(PatternFactory p, DecimalBound bound) => p.Or(
        p.Concat(NaturalAtLeast(p, bound.Whole + 1), Fraction(p)),
        p.Concat(
            p.Literal(bound.WholeText),
            AfterPoint(p, Compare(p, bound.Fraction, 0, isGreater: true, bound.IsExclusive))));

    private static Pattern AtMost(PatternFactory p, DecimalBound bound) => p.Or(
        bound.Whole.IsZero ? p.Empty : p.Concat(NaturalAtMost(p, bound.Whole - 1), Fraction(p)),
        p.Concat(
            p.Literal(bound.WholeText),
            AfterPoint(p, Compare(p, bound.Fraction, 0, isGreater: false, bound.IsExclusive))));

    /// <summary>Digits that, read after a point, are on one side of a fraction without trailing zeros.</summary>
    private static Pattern Compare(PatternFactory p, string fraction, int index, bool isGreater, bool isExclusive)
    {
        Pattern digits = p.Star(Digit(p));
        if (index == fraction.Length)
        {
            Pattern beyond = p.Concat(digits, Digits(p, 1, 9), digits);
            if (isGreater) return isExclusive ? beyond : digits;
            return isExclusive ? p.Empty : p.Star(Digits(p, 0, 0));
        }

        int digit = fraction[index] - '0';
        Pattern apart = isGreater ? Digits(p, digit + 1, 9) : Digits(p, 0, digit - 1);
        Pattern result = p.Or(
            p.Concat(apart, digits),
            p.Concat(Digits(p, digit, digit), Compare(p, fraction, index + 1, isGreater, isExclusive)));
        return isGreater ? result : p.Or(result, p.Epsilon);
    }

    private static Pattern AfterPoint(PatternFactory p, Pattern digits) => p.Or(
        digits.IsNullable ? p.Epsilon : p.Empty,
        p.Concat(p.Literal("."), p.And(digits, p.Repeat(Digit(p), 1, Pattern.Unbounded))));

    private static Pattern NaturalAtLeast(PatternFactory p, BigInteger min)
    {
        if (min.IsZero) return Natural(p);
        string digits = min.ToString(CultureInfo.InvariantCulture);
        Pattern longer = p.Concat(Digits(p, 1, 9), p.Repeat(Digit(p), digits.Length, Pattern.Unbounded));
        return p.Or(longer, SameLength(p, digits, 0, isGreater: true));
    }

    private static Pattern NaturalAtMost(PatternFactory p, BigInteger max)
    {
        string digits = max.ToString(CultureInfo.InvariantCulture);
        Pattern same = SameLength(p, digits, 0, isGreater: false);
        return digits.Length == 1
            ? same
            : p.Or(same, Digits(p, 0, 0), p.Concat(Digits(p, 1, 9), p.Repeat(Digit(p), 0, digits.Length - 2)));
    }

    /// <summary>No beginning leads nowhere, which two bounds that are read side by side would show only at the last
    /// digit.</summary>
    private static Pattern NaturalBetween(PatternFactory p, BigInteger min, BigInteger max)
    {
        if (min > max) return p.Empty;
        string least = min.ToString(CultureInfo.InvariantCulture);
        string greatest = max.ToString(CultureInfo.InvariantCulture);
        if (least.Length == greatest.Length) return SameLengthBetween(p, least, greatest, 0);
        int others = greatest.Length - least.Length - 1;
        return p.Or(
            SameLength(p, least, 0, isGreater: true),
            others == 0
                ? p.Empty
                : p.Concat(Digits(p, 1, 9), p.Repeat(Digit(p), least.Length, greatest.Length - 2)),
            SameLength(p, greatest, 0, isGreater: false));
    }

    private static Pattern SameLengthBetween(PatternFactory p, string least, string greatest, int index)
    {
        if (index == least.Length) return p.Epsilon;
        int low = least[index] - '0';
        int high = greatest[index] - '0';
        if (low == high) return p.Concat(Digits(p, low, low), SameLengthBetween(p, least, greatest, index + 1));
        int left = least.Length - index - 1;
        return p.Or(
            p.Concat(Digits(p, low, low), SameLength(p, least, index + 1, isGreater: true)),
            p.Concat(Digits(p, low + 1, high - 1), p.Repeat(Digit(p), left, left)),
            p.Concat(Digits(p, high, high), SameLength(p, greatest, index + 1, isGreater: false)));
    }

    private static Pattern SameLength(PatternFactory p, string digits, int index, bool isGreater)
    {
        if (index == digits.Length) return p.Epsilon;
        int digit = digits[index] - '0';
        int least = index == 0 && digits.Length > 1 ? 1 : 0;
        Pattern apart = isGreater ? Digits(p, digit + 1, 9) : Digits(p, least, digit - 1);
        int left = digits.Length - index - 1;
        return p.Or(
            p.Concat(apart, p.Repeat(Digit(p), left, left)),
            p.Concat(Digits(p, digit, digit), SameLength(p, digits, index + 1, isGreater)));
    }

    private static Pattern Natural(PatternFactory p) =>
        p.Or(Digits(p, 0, 0), p.Concat(Digits(p, 1, 9), p.Star(Digit(p))));

    private static Pattern Fraction(PatternFactory p) =>
        p.Optional(p.Concat(p.Literal("."), p.Repeat(Digit(p), 1, Pattern.Unbounded)));

    private static Pattern Digit(PatternFactory p) => Digits(p, 0, 9);

    private static Pattern Digits(PatternFactory p, int first, int last) =>
        first > last ? p.Empty : p.Class(CharacterSet.Of('0' + first, '0' + last));
}

using System.Globalization;
using System.Numerics;

namespace Cremona.Inference.Grammar.Patterns;

/// <summary>An exact decimal number as a bound of a range.</summary>
/// <param name="Sign">-1, 0 or 1.</param>
/// <param name="Whole">Digits before the point, without sign.</param>
/// <param name="Fraction">Digits after it, without trailing zeros.</param>
/// <param name="IsExclusive">The bound itself is outside.</param>
internal readonly record struct DecimalBound(int Sign, BigInteger Whole, string Fraction, bool IsExclusive)
{
    private const int DigitsMax = 400;

    public static DecimalBound Zero { get; } = new(0, BigInteger.Zero, "", false);

    public string WholeText => Whole.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number without exponent, in as few digits as it takes.</summary>
    public string Text => (Sign < 0 ? "-" : "") + WholeText + (Fraction.Length == 0 ? "" : $".{Fraction}");

    public DecimalBound Negate() => this with { Sign = -Sign };

    /// <summary>Reads a JSON number; null when it has too many digits.</summary>
    public static DecimalBound? Parse(string json, bool isExclusive)
    {
        string[] parts = json.ToLowerInvariant().Split('e');
        if (!int.TryParse(parts.Length > 1 ? parts[1] : "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent))
            return null;
        string[] digits = parts[0].TrimStart('-').Split('.');
        string whole = digits[0];
        string fraction = digits.Length > 1 ? digits[1] : "";
        if (whole.Length + fraction.Length + Math.Abs((long)exponent) > DigitsMax) return null;
        string all = whole + fraction;
        int point = whole.Length + exponent;
        if (point < 0) (all, point) = (new string('0', -point) + all, 0);
        if (point > all.Length) all += new string('0', point - all.Length);
        BigInteger before = point == 0 ? 0 : BigInteger.Parse(all[..point], CultureInfo.InvariantCulture);
        string after = all[point..].TrimEnd('0');
        int sign = before.IsZero && after.Length == 0 ? 0 : json.StartsWith('-') ? -1 : 1;
        return new DecimalBound(sign, before, after, isExclusive);
    }
}

namespace Cremona.Inference.Grammar.Patterns;

/// <summary>The state of a division that reads a decimal number digit by digit.</summary>
/// <param name="Divisor">The divisor times ten to the power of <paramref name="Scale"/>, at least 1.</param>
/// <param name="Scale">Decimal places of the divisor.</param>
/// <param name="Rest">What the digits so far leave.</param>
/// <param name="Places">Decimal places read; -1 before the point.</param>
internal readonly record struct DecimalRemainder(long Divisor, int Scale, long Rest, int Places)
{
    /// <summary>The number read so far is a multiple.</summary>
    public bool IsMultiple
    {
        get
        {
            Int128 rest = Rest;
            for (int place = Math.Max(Places, 0); place < Scale; place++) rest = rest * 10 % Divisor;
            return rest == 0;
        }
    }

    /// <summary>After a digit; null when no further digits could make it a multiple.</summary>
    public DecimalRemainder? Append(int digit)
    {
        if (Places >= Scale) return digit == 0 ? this : null;
        long rest = (long)((((Int128)Rest * 10) + digit) % Divisor);
        return this with { Rest = rest, Places = Places < 0 ? -1 : Places + 1 };
    }

    /// <summary>After the decimal point.</summary>
    public DecimalRemainder? Point() => Places < 0 ? this with { Places = 0 } : null;
}

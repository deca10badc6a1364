using System.Globalization;

namespace Cremona.Server.Edge;

/// <summary>Integers as clients write them: digits, or an integral float such as <c>1.0</c>.</summary>
public static class IntegerText
{
    public static bool TryParse(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        bool integral = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue;
        value = integral ? (long)number : 0;
        return integral;
    }
}

using System.Globalization;
using System.Text;

namespace Cremona.Inference.Templates.Jinja.Library;

/// <summary>Times as C's <c>strftime</c> writes them in the C locale.</summary>
internal static class TimeFormat
{
    /// <summary>How many characters one of a format becomes at most.</summary>
    public const int GrowthMax = 6;

    /// <exception cref="JinjaException">A directive is not supported.</exception>
    public static string Write(string format, DateTime time)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            bool isBare = i + 2 < format.Length && format[i + 1] == '-'; // without leading zeros
            i += isBare ? 2 : 1;
            if (i >= format.Length) throw new JinjaException("a time format ends in %");
            string part = Directive(format[i], time);
            text.Append(isBare ? part.TrimStart('0') is { Length: > 0 } bare ? bare : "0" : part);
        }

        return text.ToString();
    }

    private static string Directive(char directive, DateTime time) => directive switch
    {
        'd' => Show(time, "dd"),
        'm' => Show(time, "MM"),
        'y' => Show(time, "yy"),
        'Y' => Show(time, "yyyy"),
        'H' => Show(time, "HH"),
        'I' => Show(time, "hh"),
        'M' => Show(time, "mm"),
        'S' => Show(time, "ss"),
        'f' => Show(time, "ffffff"),
        'p' => Show(time, "tt"),
        'a' => Show(time, "ddd"),
        'A' => Show(time, "dddd"),
        'b' or 'h' => Show(time, "MMM"),
        'B' => Show(time, "MMMM"),
        'e' => $"{time.Day,2}",
        'j' => $"{time.DayOfYear:000}",
        'u' => $"{(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek)}",
        'w' => $"{(int)time.DayOfWeek}",
        'F' => Show(time, "yyyy-MM-dd"),
        'T' => Show(time, "HH:mm:ss"),
        'D' => Show(time, "MM/dd/yy"),
        'R' => Show(time, "HH:mm"),
        'Z' => "UTC",
        'z' => "+0000",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw new JinjaException($"the time directive %{directive} is not supported"),
    };

    private static string Show(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}

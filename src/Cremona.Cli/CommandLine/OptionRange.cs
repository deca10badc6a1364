using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Cremona.Cli.CommandLine;

/// <summary>Bounds of options that are numbers. A value beyond them is a mistake of the command line, told with option,
/// value and range.</summary>
internal static class OptionRange
{
    public static void Require<T>(Option option, T min, T max)
        where T : struct, INumber<T> =>
        Require<T>(option, value => value >= min && value <= max, $"a number from {min} to {max}");

    /// <param name="option">Its values; one that is not given is not looked at.</param>
    /// <param name="isInside">Whether a value may be given.</param>
    /// <param name="range">The same in words.</param>
    public static void Require<T>(Option option, Func<T, bool> isInside, string range)
        where T : struct, INumber<T> =>
        option.Validators.Add(result =>
        {
            // Validators run before conversion, so the value itself cannot be asked for yet; what is no number is
            // refused by the conversion.
            foreach (Token token in result.Tokens)
            {
                if (T.TryParse(token.Value, CultureInfo.InvariantCulture, out T value) && !isInside(value))
                {
                    result.AddError($"{option.Name} {token.Value}: {range}");
                }
            }
        });
}

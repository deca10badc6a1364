using System.Globalization;
using Cremona.Server.Edge;

namespace Cremona.Server.Usage;

/// <summary>The days of a report, UTC, both included.</summary>
public sealed record UsageDays(DateOnly From, DateOnly To)
{
    private const int DaysDefault = 30;
    private const int DaysMax = 366;
    private const string Format = "yyyy-MM-dd";

    private static readonly DateOnly Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch);

    /// <summary>Days since 1970-01-01.</summary>
    public long FirstDay => From.DayNumber - Epoch.DayNumber;

    /// <summary>Days since 1970-01-01.</summary>
    public long LastDay => To.DayNumber - Epoch.DayNumber;

    /// <param name="from">As <c>2026-11-01</c>; null: 30 days up to the last one.</param>
    /// <param name="to">As <c>2026-11-28</c>; null: today.</param>
    /// <param name="today">UTC.</param>
    /// <exception cref="ApiException">2013: no such day, or no such range.</exception>
    public static UsageDays Parse(string? from, string? to, DateOnly today)
    {
        DateOnly last = to is null ? today : ParseDay("to", to);
        DateOnly first = from is null ? last.AddDays(1 - DaysDefault) : ParseDay("from", from);
        return last.DayNumber - first.DayNumber is >= 0 and < DaysMax
            ? new UsageDays(first, last)
            : throw ApiException.InvalidParameters(
                $"from {Text(first)} to {Text(last)} must be 1 to {DaysMax} days, the first day first");
    }

    /// <summary>A day as it is written.</summary>
    public static string Text(DateOnly day) => day.ToString(Format, CultureInfo.InvariantCulture);

    /// <param name="day">Days since 1970-01-01.</param>
    public static string Text(long day) => Text(Epoch.AddDays((int)day));

    private static DateOnly ParseDay(string field, string text) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            && day >= Epoch && day.Year < DateOnly.MaxValue.Year
            ? day
            : throw ApiException.InvalidParameters($"{field} must be a day from 1970 on, written as 2026-11-28");
}

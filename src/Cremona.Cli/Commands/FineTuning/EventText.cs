using System.Globalization;
using Cremona.Cli.Client;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>An event as one line.</summary>
public static class EventText
{
    public static string Describe(RemoteEvent item, JobTransition transition)
    {
        string time = DateTimeOffset.FromUnixTimeMilliseconds(item.CreatedAtMs)
            .UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string detail = transition.StatusMessage ?? transition.ModelId;
        return $"{time} {transition.Status,-9} {detail}".TrimEnd();
    }
}

using System.Globalization;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>An event as one line.</summary>
public static class EventText
{
    public static string Describe(FinetuneEvent item, FinetuneEventMessage transition)
    {
        string time = DateTimeOffset.FromUnixTimeMilliseconds(item.CreatedAt)
            .UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string detail = transition.StatusMessage ?? transition.ModelId;
        return $"{time} {transition.Status,-9} {detail}".TrimEnd();
    }
}

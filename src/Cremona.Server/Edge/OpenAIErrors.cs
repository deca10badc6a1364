using System.Globalization;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Errors;

namespace Cremona.Server.Edge;

/// <summary>Maps a row of the catalogue to OpenAI's error object.</summary>
public static class OpenAIErrors
{
    /// <summary>The message ends with the platform's code in parentheses, as the platform's own OpenAI-shaped routes
    /// write it.</summary>
    public static OpenAIError Describe(ApiErrorEntry entry, string text, int httpStatus) => new(
        entry.OpenAIType,
        string.Create(CultureInfo.InvariantCulture, $"{text} ({(int)entry.Error})"),
        httpStatus.ToString(CultureInfo.InvariantCulture));
}

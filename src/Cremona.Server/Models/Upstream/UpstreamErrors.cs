using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Cremona.Server.Models.Upstream;

/// <summary>What the errors of other servers mean. Their texts are looked at and never passed on: they may quote what
/// was asked.</summary>
internal static class UpstreamErrors
{
    /// <summary>How vLLM, SGLang, llama-server, OpenAI and Cremona say that a prompt is too long.</summary>
    private static readonly string[] OverflowWords =
        ["context_length_exceeded", "exceed_context_size", "context length", "context size", "exceed the context"];

    /// <summary>An answer that is none.</summary>
    /// <param name="status">Not 200.</param>
    /// <param name="body">The beginning of what it sent.</param>
    /// <param name="retryAfter">When it asks us to come again, in seconds or by a date.</param>
    /// <param name="now">By our clock.</param>
    public static UpstreamException Read(
        int status, string body, RetryConditionHeaderValue? retryAfter, DateTimeOffset now) =>
        new(Find(status, body), Describe(status))
        {
            RetryAfter = ReadWait(retryAfter, now),
        };

    /// <summary>The error object of an event in a stream.</summary>
    public static UpstreamException Read(JsonElement error)
    {
        int status = StatusCodes.Status500InternalServerError;
        if (error.ValueKind == JsonValueKind.Object)
        {
            status = ReadStatus(error, "code") ?? ReadStatus(error, "http_code") ?? status;
        }

        return new UpstreamException(Find(status, error.GetRawText()), $"error {status} in the stream");
    }

    private static TimeSpan? ReadWait(RetryConditionHeaderValue? retryAfter, DateTimeOffset now) =>
        retryAfter?.Date is not { } date ? retryAfter?.Delta
        : date > now ? date - now
        : TimeSpan.Zero;

    private static int? ReadStatus(JsonElement error, string name) =>
        error.TryGetProperty(name, out JsonElement value)
        && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int status)
        && status is >= 400 and < 600
            ? status
            : null;

    private static UpstreamFault Find(int status, string text) => status switch
    {
        StatusCodes.Status429TooManyRequests => UpstreamFault.Busy,
        StatusCodes.Status404NotFound => UpstreamFault.UnknownModel,
        StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge
            or StatusCodes.Status422UnprocessableEntity =>
            OverflowWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
                ? UpstreamFault.Overflow
                : UpstreamFault.Refused,
        _ => UpstreamFault.Failed,
    };

    private static string Describe(int status) => status switch
    {
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden =>
            $"HTTP {status}; check the entry's Upstream:Key",
        StatusCodes.Status404NotFound => "HTTP 404; check the entry's Upstream:Urls and Upstream:Model",
        _ => $"HTTP {status}",
    };
}

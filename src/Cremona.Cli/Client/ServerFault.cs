using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cremona.Protocol.Errors;

namespace Cremona.Cli.Client;

/// <summary>Turns what can go wrong between client and server into one clear line.</summary>
internal static partial class ServerFault
{
    /// <summary>The refusal a body carries in <c>base_resp</c> or in an OpenAI-shaped <c>error</c>, or null when it
    /// carries none.</summary>
    public static ClientException? FindRefusal(JsonElement body, string? traceId)
    {
        (int code, string text) = ReadError(body);
        if (code == 0)
        {
            return null;
        }

        string remedy = (ApiError)code is ApiError.Unauthorized or ApiError.InvalidApiKey
            ? "; make a key with `cremona keys create --group G --name N` and set CREMONA_KEY or --key"
            : "";
        string trace = traceId is null ? "" : $" [trace {traceId}]";
        return new ClientException($"the server refused: {text} (code {code}){remedy}{trace}", code);
    }

    public static ClientException NotReached(Uri address, HttpRequestException fault)
    {
        string reason = fault.InnerException is SocketException socket ? socket.Message : fault.Message;
        return new ClientException(
            $"no server at {address}: {reason}; start one with `cremona serve`, or set CREMONA_URL or --url", cause: fault);
    }

    public static ClientException TooSlow(Uri address, TimeSpan limit) => new(
        $"{address} gave no answer within {limit.TotalSeconds:0} s; look at its log, or try `cremona doctor`");

    public static ClientException NotThePlatform(Uri address, int httpStatus, JsonException? fault = null) => new(
        $"{address} answered HTTP {httpStatus} and not the platform's JSON; is that address a Cremona server?", cause: fault);

    /// <returns>Code 0 when the body tells of no error.</returns>
    private static (int Code, string Text) ReadError(JsonElement body)
    {
        if (FindObject(body, "base_resp") is { } envelope)
        {
            int code = envelope.TryGetProperty("status_code", out JsonElement number) ? number.GetInt32() : 0;
            return (code, envelope.TryGetProperty("status_msg", out JsonElement said) ? said.GetString() ?? "" : "");
        }

        return FindObject(body, "error") is { } error
            && error.TryGetProperty("message", out JsonElement message)
            && message.ValueKind == JsonValueKind.String
            && CodedMessage().Match(message.GetString()!) is { Success: true } match
                ? (int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["text"].Value)
                : (0, "");
    }

    private static JsonElement? FindObject(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Object
                ? value
                : null;

    /// <summary>The OpenAI-shaped routes write the platform's code behind the text.</summary>
    [GeneratedRegex(@"^(?<text>.*) \((?<code>[0-9]{4})\)$", RegexOptions.Singleline)]
    private static partial Regex CodedMessage();
}

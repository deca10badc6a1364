using System.Net.Sockets;
using System.Text.Json;

namespace Cremona.Cli.Client;

/// <summary>Turns what can go wrong between client and server into one clear line.</summary>
internal static class ServerFault
{
    private const int Unauthorized = 1004;

    /// <summary>The refusal a body carries in <c>base_resp</c> or in an OpenAI-shaped <c>error</c>, or null when it
    /// carries none.</summary>
    public static ClientException? FindRefusal(JsonElement body, string? traceId)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("base_resp", out JsonElement envelope))
        {
            return null;
        }

        int code = envelope.TryGetProperty("status_code", out JsonElement number) ? number.GetInt32() : 0;
        if (code == 0)
        {
            return null;
        }

        string text = envelope.TryGetProperty("status_msg", out JsonElement message) ? message.GetString() ?? "" : "";
        string remedy = code == Unauthorized
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
}

using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge;

/// <summary>Writes server-sent events: each event with its blank line goes out in one write and one flush, because some clients
/// decode every network read on its own. Not thread-safe.</summary>
public sealed class SseWriter(HttpResponse response)
{
    /// <summary>Sends status and headers; from here on errors can only be events.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return response.StartAsync(cancellationToken);
    }

    /// <param name="utf8Data">One line of UTF-8, for example compact JSON.</param>
    public Task WriteDataAsync(ReadOnlySpan<byte> utf8Data, CancellationToken cancellationToken) =>
        WriteAsync([], utf8Data, cancellationToken);

    /// <param name="utf8Event">The event's name.</param>
    /// <param name="utf8Data">One line of UTF-8, for example compact JSON.</param>
    public Task WriteEventAsync(
        ReadOnlySpan<byte> utf8Event, ReadOnlySpan<byte> utf8Data, CancellationToken cancellationToken) =>
        WriteAsync(utf8Event, utf8Data, cancellationToken);

    private async Task WriteAsync(byte[] rented, int length, CancellationToken cancellationToken)
    {
        try
        {
            await response.Body.WriteAsync(rented.AsMemory(0, length), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private Task WriteAsync(
        ReadOnlySpan<byte> utf8Event, ReadOnlySpan<byte> utf8Data, CancellationToken cancellationToken)
    {
        if (utf8Data.IndexOfAny((byte)'\n', (byte)'\r') >= 0)
        {
            throw new ArgumentException("An event's data is one line.", nameof(utf8Data));
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(utf8Event.Length + utf8Data.Length + 32);
        int length = 0;
        if (!utf8Event.IsEmpty)
        {
            Append("event: "u8, buffer, ref length);
            Append(utf8Event, buffer, ref length);
            Append("\n"u8, buffer, ref length);
        }

        Append("data: "u8, buffer, ref length);
        Append(utf8Data, buffer, ref length);
        Append("\n\n"u8, buffer, ref length);
        return WriteAsync(buffer, length, cancellationToken);
    }

    private static void Append(ReadOnlySpan<byte> source, byte[] buffer, ref int length)
    {
        source.CopyTo(buffer.AsSpan(length));
        length += source.Length;
    }
}

using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge;

/// <summary>Writes server-sent events as the platform does: <c>data: </c> lines, one flush per event, no event
/// split over two writes. The headers go out with the first event.</summary>
/// <param name="response">Must not have started.</param>
/// <param name="slowReaderLimit">How long an event may wait for a client that does not read.</param>
/// <param name="separator">What ends an event: two line breaks, or one where the platform's old form asks for
/// it.</param>
public sealed class SseWriter(HttpResponse response, TimeSpan slowReaderLimit, string separator = "\n\n")
{
    private static readonly byte[] Prefix = "data: "u8.ToArray();

    private readonly byte[] _separator = Encoding.ASCII.GetBytes(separator);

    /// <param name="line">One line of UTF-8.</param>
    /// <exception cref="ConnectionAbortedException">The client did not read in time; the connection is cut.</exception>
    /// <param name="cancellationToken">Stops the wait for a client that does not read.</param>
    public Task WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken) =>
        SendAsync([.. Prefix, .. line.Span, .. _separator], cancellationToken);

    /// <summary>A comment, which says that the stream is alive and nothing else.</summary>
    public Task WriteHeartbeatAsync(CancellationToken cancellationToken) =>
        SendAsync([.. ":"u8, .. _separator], cancellationToken);

    private async Task SendAsync(byte[] whole, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
            response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        }

        Task flushed = FlushAsync(whole, cancellationToken);
        try
        {
            await flushed.WaitAsync(slowReaderLimit, CancellationToken.None);
        }
        catch (TimeoutException) when (!flushed.IsCompleted)
        {
            response.HttpContext.Abort();
            await flushed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new ConnectionAbortedException("The client does not read its stream.");
        }
    }

    private async Task FlushAsync(byte[] whole, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(whole, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}

using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Cremona.Server.Edge;

/// <summary>Writes server-sent events as the platform does: <c>data: </c> lines only, one flush per event, no event
/// split over two writes. The headers go out with the first event.</summary>
/// <param name="response">Must not have started.</param>
/// <param name="separator">What ends an event: two line breaks, or one where the platform's old form asks for
/// it.</param>
public sealed class SseWriter(HttpResponse response, string separator = "\n\n")
{
    private static readonly byte[] Prefix = "data: "u8.ToArray();

    private readonly byte[] _separator = Encoding.ASCII.GetBytes(separator);

    /// <param name="line">One line of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait for a client that does not read.</param>
    public async Task WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
            response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        }

        byte[] whole = [.. Prefix, .. line.Span, .. _separator];
        await response.Body.WriteAsync(whole, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}

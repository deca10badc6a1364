using System.Net.Sockets;
using System.Text;
using Cremona.Server.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cremona.Server.Tests.Edge;

public class SseWriterTests
{
    [Fact]
    public async Task Events_AreFramedAndSentOneByOne()
    {
        var next = new SemaphoreSlim(0);
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Map = app => app.MapGet("/test/stream", (HttpContext context) => StreamAsync(context, next)),
        });

        next.Release();
        using HttpResponseMessage answer = await server.Client.GetAsync(
            new Uri("/test/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await answer.Content.ReadAsStreamAsync();

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream");
        answer.Headers.Contains("Trace-Id").ShouldBeTrue();
        answer.Headers.GetValues("X-Accel-Buffering").ShouldBe(["no"]);
        foreach (string expected in new[] { "data: {\"a\":\"中😀\"}\n\n", "data: 2\n\n", "data: [DONE]\n\n" })
        {
            byte[] buffer = new byte[1024];
            int length = await body.ReadAsync(buffer);
            Encoding.UTF8.GetString(buffer, 0, length).ShouldBe(expected);
            next.Release(); // The server writes the next event only now, so every read is one write.
        }

        (await body.ReadAsync(new byte[1])).ShouldBe(0);
    }

    [Fact]
    public async Task Work_IsCancelled_WhenTheClientGoesAway()
    {
        var cancelled = new TaskCompletionSource();
        await using ServerFixture server = await ServerFixture.StartAsync(new ServerSetup
        {
            Map = app => app.MapGet("/test/stream", async (HttpContext context, CancellationToken gone) =>
            {
                var writer = new SseWriter(context.Response, TimeSpan.FromSeconds(30));
                await writer.WriteAsync("1"u8.ToArray(), gone);
                using CancellationTokenRegistration registration = gone.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, gone);
            }),
        });
        using (var socket = new TcpClient("127.0.0.1", server.Url.Port))
        {
            await socket.GetStream().WriteAsync(
                "GET /test/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n"u8.ToArray());
            await socket.GetStream().ReadExactlyAsync(new byte[12]);
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task StreamAsync(HttpContext context, SemaphoreSlim next)
    {
        CancellationToken gone = context.RequestAborted;
        var writer = new SseWriter(context.Response, TimeSpan.FromSeconds(30));
        foreach (string line in new[] { "{\"a\":\"中😀\"}", "2", "[DONE]" })
        {
            await next.WaitAsync(gone);
            await writer.WriteAsync(Encoding.UTF8.GetBytes(line), gone);
        }
    }
}

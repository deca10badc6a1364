using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Cremona.Server.Tests.Files;

public class MemoryTests
{
    private const long FileBytes = 512L << 20;
    private const long AddedBytesMax = 50L << 20;

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Upload_Of512MB_AddsLessThan50MB()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        await server.Client.UploadAsync(new string('x', 1 << 20)); // Everything is loaded and compiled now.
        using var form = new MultipartFormDataContent
        {
            { new StringContent("retrieval"), "purpose" },
            { new ZeroContent(FileBytes), "file", "zeros.txt" },
        };
        long before = ResidentBytes();
        long peak = before;
        using var done = new CancellationTokenSource();
        Task watch = WatchAsync(() => peak = Math.Max(peak, ResidentBytes()), done.Token);

        JsonElement body = await server.Client.PostFormAsync("/v1/files/upload", form);
        await done.CancelAsync();
        await watch;

        body.StatusCode().ShouldBe(0, body.GetRawText());
        body.GetProperty("file").GetProperty("bytes").GetInt64().ShouldBe(FileBytes);
        (peak - before).ShouldBeLessThan(AddedBytesMax);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"512 MB added {(peak - before) >> 10} KB to client and server together");
    }

    private static async Task WatchAsync(Action look, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await tick.WaitForNextTickAsync(cancellationToken))
            {
                look();
            }
        }
        catch (OperationCanceledException)
        {
            look();
        }
    }

    private static long ResidentBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    /// <summary>Zeros, never held at once.</summary>
    private sealed class ZeroContent(long bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            byte[] block = new byte[64 * 1024];
            for (long sent = 0; sent < bytes; sent += block.Length)
            {
                await stream.WriteAsync(block);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return true;
        }
    }
}

using System.IO.Pipelines;
using System.Text;
using Cremona.Server.Models.Upstream;

namespace Cremona.Server.Tests.Models.Upstream;

public class EventLinesTests
{
    private const string Stream = ": hi\nevent: x\ndata: {\"a\":\"é\"}\r\n\ndata:b\n\ndata: [DONE]\n\ndata: cut";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10_000)]
    public async Task Lines_AreTheSame_HoweverTheyArrive(int pieceLength)
    {
        var pipe = new Pipe();
        byte[] bytes = Encoding.UTF8.GetBytes(Stream);
        var lines = new EventLines(pipe.Reader.AsStream(), 100, 1000);
        List<string> found = [];
        Task reading = ReadAsync();
        foreach (byte[] piece in bytes.Chunk(pieceLength))
        {
            await pipe.Writer.WriteAsync(piece);
            await Task.Yield();
        }

        await pipe.Writer.CompleteAsync();
        await reading;

        found.ShouldBe(["{\"a\":\"é\"}", "b", "[DONE]"]);

        async Task ReadAsync()
        {
            while (await lines.ReadAsync(CancellationToken.None) is { } line)
            {
                found.Add(Encoding.UTF8.GetString(line.Span));
            }
        }
    }

    [Fact]
    public async Task LongLine_IsRead_UpToTheLimit()
    {
        byte[] bytes = Encoding.ASCII.GetBytes($"data: {new string('x', 50_000)}\n");
        var lines = new EventLines(new MemoryStream(bytes), 60_000, 100_000);

        (await lines.ReadAsync(CancellationToken.None))!.Value.Length.ShouldBe(50_000);
    }

    [Theory]
    [InlineData(1000, 100_000)]
    [InlineData(100_000, 1000)]
    public async Task LongLine_IsAFault_AboveTheLimit(int lineBytesMax, int bytesMax)
    {
        byte[] bytes = Encoding.ASCII.GetBytes($"data: {new string('x', 50_000)}\n");
        var lines = new EventLines(new MemoryStream(bytes), lineBytesMax, bytesMax);

        UpstreamException fault = await Should.ThrowAsync<UpstreamException>(
            async () => await lines.ReadAsync(CancellationToken.None));
        fault.Fault.ShouldBe(UpstreamFault.Malformed);
    }
}

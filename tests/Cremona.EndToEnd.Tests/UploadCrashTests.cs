using Cremona.Cli.Client;
using Cremona.Protocol.Files;

namespace Cremona.EndToEnd.Tests;

[Trait("Speed", "Slow")]
public class UploadCrashTests
{
    private const long Length = 4 << 20;

    /// <summary>From the first bytes to the moment when all are sent and the answer is not there yet.</summary>
    private static readonly long[] KillMoments =
        [0, 70_001, 400_003, 1_234_567, 2_600_000, Length - 20_000, Length - 1, Length];

    [Fact]
    public async Task Upload_LeavesNoStrayFile_WhenTheServerIsKilledAtAnyMoment()
    {
        using TempFolder folder = new();
        long kept;
        await using (RealServer server = await RealServer.StartAsync(folder.Path))
        {
            kept = await UploadAsync(server, new MemoryStream(new byte[100]));
        }

        foreach (long moment in KillMoments)
        {
            await using RealServer server = await RealServer.StartAsync(folder.Path);
            await ShouldHoldExactlyItsRowsAsync(server, kept);

            await Should.ThrowAsync<ClientException>(
                UploadAsync(server, new TriggerStream(Length, moment, server.KillAsync)));
        }

        await using RealServer last = await RealServer.StartAsync(folder.Path);
        await ShouldHoldExactlyItsRowsAsync(last, kept);
    }

    [Fact]
    public async Task Upload_KeepsFileAndRow_WhenTheServerIsKilledRightAfterItsAnswer()
    {
        using TempFolder folder = new();
        List<long> uploaded = [];
        for (int round = 0; round < 3; round++)
        {
            await using RealServer server = await RealServer.StartAsync(folder.Path);
            uploaded.Add(await UploadAsync(server, new MemoryStream(new byte[1000 + round])));
            await server.KillAsync();
        }

        await using RealServer last = await RealServer.StartAsync(folder.Path);
        await ShouldHoldExactlyItsRowsAsync(last, [.. uploaded]);
    }

    private static async Task<long> UploadAsync(RealServer server, Stream content)
    {
        Answer<UploadFileResponse> answer =
            await server.Client.UploadFileAsync(content, "rows.jsonl", "fine-tune", TestContext.Current.CancellationToken);
        return answer.Value.FileId;
    }

    /// <summary>The rows are these, each can be read whole, and nothing else lies on the disk.</summary>
    private static async Task ShouldHoldExactlyItsRowsAsync(RealServer server, params long[] expected)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        IReadOnlyList<FileObject> files = (await server.Client.ListFilesAsync(null, token)).Value.Files;
        files.Select(file => file.FileId).ShouldBe(expected);
        foreach (FileObject file in files)
        {
            using MemoryStream content = new();
            await server.Client.DownloadFileAsync(file.FileId, content, token);
            content.Length.ShouldBe(file.Bytes);
        }

        Directory.GetFiles(Path.Combine(server.DataFolder, "tmp"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFiles(Path.Combine(server.DataFolder, "blobs"), "*", SearchOption.AllDirectories).Length
            .ShouldBe(expected.Length);
    }
}

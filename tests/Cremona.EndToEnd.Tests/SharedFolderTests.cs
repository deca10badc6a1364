using System.Text;
using Cremona.Protocol.Files;

namespace Cremona.EndToEnd.Tests;

public class SharedFolderTests
{
    private const int UploadsEach = 12;

    [Fact]
    public async Task TwoServers_ShareOneSqliteFolder_AndLoseNothing()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using TempFolder folder = new();
        RealServer[] servers = await Task.WhenAll(
            RealServer.StartAsync(folder.Path), RealServer.StartAsync(folder.Path));
        await using RealServer first = servers[0];
        await using RealServer second = servers[1];

        long[] uploaded = await Task.WhenAll(Enumerable.Range(0, 2 * UploadsEach).Select(async number =>
        {
            using MemoryStream content = new(Encoding.UTF8.GetBytes($"file {number}"));
            RealServer server = servers[number % 2];
            return (await server.Client.UploadFileAsync(content, $"{number}.txt", "retrieval", token)).Value.FileId;
        }));

        foreach (RealServer server in servers)
        {
            IReadOnlyList<FileObject> files = (await server.Client.ListFilesAsync(null, token)).Value.Files;
            files.Select(file => file.FileId).ShouldBe(uploaded, ignoreOrder: true);
            foreach (FileObject file in files)
            {
                using MemoryStream content = new();
                await server.Client.DownloadFileAsync(file.FileId, content, token);
                Encoding.UTF8.GetString(content.ToArray()).ShouldBe($"file {file.FileName[..^4]}");
            }
        }
    }
}

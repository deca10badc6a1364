using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cremona.Server.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cremona.Server.Tests.Files;

/// <summary>Whatever breaks an upload leaves neither a row nor a stray file.</summary>
public class InterruptionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CutUpload_LeavesNothing(bool isReset)
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        using (var socket = new TcpClient("127.0.0.1", server.Url.Port))
        {
            socket.LingerState = new LingerOption(isReset, 0);
            await socket.GetStream().WriteAsync(HeadOfUpload(contentLength: 1_000_000));
            await socket.GetStream().WriteAsync(new byte[300_000]);
            await WaitForAsync(() => Directory.GetFiles(TempFolder(server)).Length == 1);
        }

        await WaitForAsync(() => Directory.GetFiles(TempFolder(server)).Length == 0);
        Blobs(server).ShouldBeEmpty();
        (await server.Client.GetJsonAsync("/v1/files/list")).GetProperty("files").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task FullDisk_IsToldClearly_AndLeavesNothing()
    {
        Assert.SkipUnless(Disk.CanMount, "Only root can mount a small disk.");
        using var disk = new Disk(bytes: 4 << 20);
        await using (ServerFixture server = await ServerFixture.StartAsync(
            new ServerSetup { DataFolder = disk.Folder, Settings = ["--Storage:FreeDiskBytesMin=0"] }))
        {
            JsonElement small = await server.Client.TryUploadAsync(new byte[100_000], "a.txt", "retrieval");
            JsonElement large = await server.Client.TryUploadAsync(new byte[8 << 20], "b.txt", "retrieval");
            JsonElement after = await server.Client.TryUploadAsync(new byte[100_000], "c.txt", "retrieval");

            small.StatusCode().ShouldBe(0);
            (large.StatusCode(), large.StatusMessage())
                .ShouldBe((1013, "internal service error, the server's disk is full"));
            after.StatusCode().ShouldBe(0);
            Directory.GetFiles(TempFolder(server)).ShouldBeEmpty();
            Blobs(server).Length.ShouldBe(2);
            (await server.Client.GetJsonAsync("/v1/files/list")).GetProperty("files").GetArrayLength().ShouldBe(2);
        }
    }

    [Fact]
    public async Task Start_SweepsWhatAKilledProcessLeft_AndKeepsTheRest()
    {
        string folder = Directory.CreateTempSubdirectory("cremona-sweep-").FullName;
        try
        {
            long kept;
            await using (ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
            {
                kept = await server.Client.UploadAsync("kept");
                await File.WriteAllTextAsync(Path.Combine(folder, "tmp", "x.part"), "half");
                await File.WriteAllTextAsync(Path.Combine(folder, "blobs", "files", "123456789012345"), "no row");
            }

            await using (ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
            {
                Directory.GetFiles(TempFolder(server)).ShouldBeEmpty();
                Blobs(server).Select(Path.GetFileName).ShouldBe([$"{kept}"]);
                (await server.Client.GetStringAsync(
                    new Uri($"/v1/files/retrieve_content?file_id={kept}", UriKind.Relative))).ShouldBe("kept");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_SweepsNothing_WithADatabaseThatTheFolderDoesNotBelongTo(bool isTold)
    {
        string folder = Directory.CreateTempSubdirectory("cremona-sweep-").FullName;
        string aside = Path.Combine(folder, "aside");
        try
        {
            long kept;
            await using (ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
            {
                kept = await server.Client.UploadAsync("kept");
            }

            MoveDatabase(folder, Directory.CreateDirectory(aside).FullName);
            await File.WriteAllTextAsync(Path.Combine(folder, "tmp", "x.part"), "half");
            if (!isTold)
            {
                File.Delete(Path.Combine(folder, "cremona.store")); // As the versions before left the folder.
            }

            await using (ServerFixture other = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
            {
                Blobs(other).Select(Path.GetFileName).ShouldBe([$"{kept}"]);
                Directory.GetFiles(TempFolder(other)).Length.ShouldBe(1);
            }

            foreach (string path in Directory.GetFiles(folder, "cremona.db*"))
            {
                File.Delete(path);
            }

            MoveDatabase(aside, folder);
            await using (ServerFixture server = await ServerFixture.StartAsync(new ServerSetup { DataFolder = folder }))
            {
                Directory.GetFiles(TempFolder(server)).ShouldBeEmpty();
                (await server.Client.GetStringAsync(
                    new Uri($"/v1/files/retrieve_content?file_id={kept}", UriKind.Relative))).ShouldBe("kept");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Start_SweepsNothing_WhileAnotherServerUsesTheFolder()
    {
        await using ServerFixture first = await ServerFixture.StartAsync();
        string running = Path.Combine(TempFolder(first), "running.part");
        await File.WriteAllTextAsync(running, "an upload of the first server");

        await using ServerFixture second =
            await ServerFixture.StartAsync(new ServerSetup { DataFolder = first.DataFolder });
        long id = await first.Client.UploadAsync("seen by both");

        File.Exists(running).ShouldBeTrue();
        (await second.Client.GetJsonAsync($"/v1/files/retrieve?file_id={id}")).StatusCode().ShouldBe(0);
    }

    [Fact]
    public async Task Delete_IsRefused_WhileAJobReadsTheFile()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();
        long id = await server.Client.UploadAsync("rows");
        IFileStore files = server.Services.GetRequiredService<IFileStore>();
        Database database = server.Services.GetRequiredService<Database>();
        await using (System.Data.Common.DbConnection connection = await database.OpenAsync(CancellationToken.None))
        await using (System.Data.Common.DbTransaction transaction = await connection.BeginTransactionAsync())
        {
            await files.HoldAsync(id, "1702558479753114", transaction, CancellationToken.None);
            await transaction.CommitAsync();
        }

        JsonElement body = await server.Client.PostJsonAsync("/v1/files/delete", $$"""{"file_id": {{id}}}""");

        body.StatusMessage().ShouldBe($"invalid params, file {id} is used by unfinished job 1702558479753114");
        Blobs(server).Length.ShouldBe(1);
    }

    private static byte[] HeadOfUpload(long contentLength) => Encoding.ASCII.GetBytes(
        "POST /v1/files/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
        + $"Content-Length: {contentLength}\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n");

    private static void MoveDatabase(string from, string to)
    {
        foreach (string path in Directory.GetFiles(from, "cremona.db*"))
        {
            File.Move(path, Path.Combine(to, Path.GetFileName(path)));
        }
    }

    private static string TempFolder(ServerFixture server) => Path.Combine(server.DataFolder, "tmp");

    private static string[] Blobs(ServerFixture server) =>
        Directory.GetFiles(Path.Combine(server.DataFolder, "blobs"), "*", SearchOption.AllDirectories);

    /// <summary>The server works on its own; there is no signal to wait for but the disk.</summary>
    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
        {
            await tick.WaitForNextTickAsync(limit.Token);
        }
    }
}

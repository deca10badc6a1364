using System.Net.Http.Headers;
using System.Text.Json;

namespace Cremona.EndToEnd.Tests;

public class UploadCrashTests
{
    private const int Crashes = 6;
    private const long FileBytes = 48L << 20;

    [Fact]
    public async Task Upload_LeavesNeitherRowNorFile_WhenTheServerIsKilled()
    {
        using TempFolder folder = new();
        var known = new HashSet<long>();
        for (int crash = 0; crash < Crashes; crash++)
        {
            await using RealServer server = await RealServer.StartAsync(folder.Path);
            (await ListAsync(server)).ShouldBe(known, ignoreOrder: true);
            BlobIds(folder.Path).ShouldBe(known, ignoreOrder: true);
            Directory.GetFiles(Path.Combine(folder.Path, "tmp")).ShouldBeEmpty();

            // From nothing sent to everything sent: the kill falls into another step of the upload each time.
            using var content = new KillingContent(FileBytes, FileBytes * crash / (Crashes - 1), server.KillAsync);
            if (await TryUploadAsync(server, content) is { } answered)
            {
                known.Add(answered); // An answer is a promise.
            }
            else
            {
                await server.Process.WaitForExitAsync(TimeSpan.FromSeconds(10));
            }

            await server.KillAsync();
            known = await AddCommittedAsync(folder.Path, known);
        }
    }

    /// <summary>A kill between commit and answer leaves a whole file; anything less must vanish.</summary>
    private static async Task<HashSet<long>> AddCommittedAsync(string folder, HashSet<long> known)
    {
        await using RealServer server = await RealServer.StartAsync(folder);
        HashSet<long> now = await ListAsync(server);
        now.IsSupersetOf(known).ShouldBeTrue();
        foreach (long id in now)
        {
            new FileInfo(Path.Combine(folder, "blobs", "files", $"{id}")).Length.ShouldBe(FileBytes);
        }

        await server.StopAsync();
        return now;
    }

    private static async Task<HashSet<long>> ListAsync(RealServer server)
    {
        using var body = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/files/list"));
        return [.. body.RootElement.GetProperty("files").EnumerateArray()
            .Select(file => file.GetProperty("file_id").GetInt64())];
    }

    private static long[] BlobIds(string folder)
    {
        string files = Path.Combine(folder, "blobs", "files");
        return Directory.Exists(files)
            ? [.. Directory.GetFiles(files).Select(path => long.Parse(Path.GetFileName(path), null))]
            : [];
    }

    private static async Task<long?> TryUploadAsync(RealServer server, HttpContent content)
    {
        using var form = new MultipartFormDataContent { { new StringContent("retrieval"), "purpose" } };
        form.Add(content, "file", "zeros.txt");
        try
        {
            using HttpResponseMessage answer = await server.Http.PostAsync("/v1/files/upload", form);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return body.RootElement.GetProperty("file_id").GetInt64();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Zeros; after so many bytes the server is killed, without waiting for the rest to arrive.</summary>
    private sealed class KillingContent : HttpContent
    {
        private readonly long _bytes;
        private readonly long _killAt;
        private readonly Func<Task> _killAsync;

        public KillingContent(long bytes, long killAt, Func<Task> killAsync)
        {
            (_bytes, _killAt, _killAsync) = (bytes, killAt, killAsync);
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            byte[] block = new byte[64 * 1024];
            for (long sent = 0; sent < _bytes; sent += block.Length)
            {
                if (sent >= _killAt)
                {
                    await _killAsync();
                }

                await stream.WriteAsync(block);
            }

            if (_killAt >= _bytes)
            {
                _ = _killAsync(); // Races with the end of the form, the fsync, the rename, the row and the answer.
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes;
            return true;
        }
    }
}

using System.Security.Cryptography;
using Cremona.Server.Storage;
using Microsoft.Extensions.Options;

namespace Cremona.Server.Tests.Storage;

public sealed class FolderBlobStoreTests : IDisposable
{
    private readonly DataFolder _folder;
    private readonly FolderBlobStore _blobs;

    public FolderBlobStoreTests()
    {
        string root = Directory.CreateTempSubdirectory("cremona-blobs-").FullName;
        _folder = new DataFolder(Options.Create(new StorageOptions { DataFolder = root }));
        _folder.Create();
        _blobs = new FolderBlobStore(_folder);
    }

    public void Dispose() => Directory.Delete(_folder.Root, recursive: true);

    [Fact]
    public async Task Write_GivesSizeAndDigest()
    {
        byte[] content = new byte[300_000];
        content.AsSpan().Fill(7);

        BlobDigest digest = await _blobs.WriteAsync(
            "files/1", new MemoryStream(content), content.Length, CancellationToken.None);

        digest.ShouldBe(new BlobDigest(content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
        await using Stream read = _blobs.OpenRead("files/1");
        using var copy = new MemoryStream();
        await read.CopyToAsync(copy);
        copy.ToArray().ShouldBe(content);
        Directory.GetFiles(_folder.TempFolder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_LeavesNothing_WhenTheContentIsTooLarge()
    {
        await Should.ThrowAsync<BlobTooLargeException>(
            () => _blobs.WriteAsync("files/1", new MemoryStream(new byte[11]), 10, CancellationToken.None));

        Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_LeavesNothing_WhenTheContentFails()
    {
        await Should.ThrowAsync<IOException>(
            () => _blobs.WriteAsync("files/1", new FailingStream(100_000), 1 << 20, CancellationToken.None));

        Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_NeverReplacesABlob()
    {
        await _blobs.WriteAsync("files/1", new MemoryStream([1]), 10, CancellationToken.None);

        await Should.ThrowAsync<IOException>(
            () => _blobs.WriteAsync("files/1", new MemoryStream([2]), 10, CancellationToken.None));

        await using Stream read = _blobs.OpenRead("files/1");
        read.ReadByte().ShouldBe(1);
        Directory.GetFiles(_folder.TempFolder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Publish_MovesAFolder_ReplacingWhatWasThere()
    {
        foreach (string text in new[] { "old", "new" })
        {
            string local = Directory.CreateDirectory(Path.Combine(_folder.JobFolder, "1", "adapter")).FullName;
            await File.WriteAllTextAsync(Path.Combine(local, "adapter_config.json"), text);
            await _blobs.PublishFolderAsync(local, "adapters/1", CancellationToken.None);
            Directory.Exists(local).ShouldBeFalse();
        }

        string folder = await _blobs.MaterializeFolderAsync("adapters/1", CancellationToken.None);
        (await File.ReadAllTextAsync(Path.Combine(folder, "adapter_config.json"))).ShouldBe("new");
        await using (Stream read = _blobs.OpenRead("adapters/1/adapter_config.json"))
        {
            read.Length.ShouldBe(3);
        }

        await _blobs.DeleteFolderAsync("adapters/1", CancellationToken.None);
        await Should.ThrowAsync<DirectoryNotFoundException>(
            () => _blobs.MaterializeFolderAsync("adapters/1", CancellationToken.None));
        Should.Throw<FileNotFoundException>(() => _blobs.OpenRead("adapters/1/adapter_config.json"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("files/../../x")]
    [InlineData("files//1")]
    [InlineData("files/.hidden")]
    [InlineData("files\\1")]
    public void Keys_CannotLeaveTheFolder(string key) => Should.Throw<ArgumentException>(() => _blobs.OpenRead(key));

    private sealed class FailingStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("cut");
    }
}

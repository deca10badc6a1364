using Cremona.Server.Edge.Keys;
using Cremona.Server.Tests.Storage;

namespace Cremona.Server.Tests.Edge;

public class KeyTests
{
    [Fact]
    public async Task Create_StoresOnlyTheDigest()
    {
        await using ServerFixture server = await ServerFixture.StartAsync();

        string key = await server.CreateKeyAsync("42");

        key.ShouldMatch("^sk-[0-9a-f]{48}$");
        foreach (string file in Directory.GetFiles(server.DataFolder, "cremona.db*"))
        {
            string bytes = System.Text.Encoding.Latin1.GetString(await ReadSharedAsync(file));
            bytes.Contains(key[3..], StringComparison.Ordinal).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task RevokedKey_OpensNothing_ASecondAfterAnotherProcessRevokedIt()
    {
        await using TestStore test = await TestStore.CreateAsync(StoreKind.Sqlite);
        var server = new KeyStore(test.Database, test.Clock);
        var command = new KeyStore(test.Database, test.Clock);
        string key = await command.CreateAsync("42", "first", default);
        AccessKey found = (await server.FindAsync(key, default)).ShouldNotBeNull();

        (await command.RevokeAsync(found.Id, default)).ShouldBeTrue();

        (await command.FindAsync(key, default)).ShouldBeNull();
        (await server.FindAsync(key, default)).ShouldBe(found);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await server.FindAsync(key, default)).ShouldBeNull();
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy);
        return copy.ToArray();
    }
}

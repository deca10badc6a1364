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

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy);
        return copy.ToArray();
    }
}

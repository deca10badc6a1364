using System.Text;
using System.Text.Json;
using Cremona.Protocol.Envelope;
using Cremona.Protocol.Files;
using CsCheck;

namespace Cremona.Protocol.Tests.Envelope;

public class WireJsonTests
{
    [Theory]
    [InlineData("中文 € é", "中文 € é")]
    [InlineData("emoji 😀👩‍🔧", "emoji 😀👩‍🔧")]
    [InlineData("<a href='x'>&+", "<a href='x'>&+")]
    [InlineData("\"\\\n\t\u0001", "\\\"\\\\\\n\\t\\u0001")]
    [InlineData("\u2028\u2029\u0085\u007f", "\\u2028\\u2029\\u0085\\u007F")]
    public void Text_IsWrittenRaw_ButForWhatBreaksReaders(string text, string written) =>
        Write(new FileObject(1, 2, 3, text, "retrieval")).ShouldBe(
            $$"""{"file_id":1,"bytes":2,"created_at":3,"filename":"{{written}}","purpose":"retrieval"}""");

    [Fact]
    public void LoneSurrogate_IsReplaced() =>
        Write(new FileObject(1, 2, 3, $"lone {'\ud83d'} end", "x")).ShouldContain("\"lone \ufffd end\"");

    [Fact]
    public void Text_ReadsBackTheSame() => Gen.String.Sample(text =>
    {
        string name = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); // without lone surrogates
        using var document = JsonDocument.Parse(Write(new FileObject(1, 2, 3, name, "x")));
        return document.RootElement.GetProperty("filename").GetString() == name;
    });

    [Fact]
    public void AbsentKeys_AreOmitted() => Write(new FileObject(1, 2, 3, "a", "b")).ShouldNotContain("download_url");

    private static string Write(FileObject file) => Encoding.UTF8.GetString(
        JsonSerializer.SerializeToUtf8Bytes(file, new FilesJson(WireJson.CreateOptions()).FileObject));
}

using System.Text.Json;
using Cremona.Server.Chat.Sensitivity;
using CsCheck;

namespace Cremona.Server.Tests.Chat.Sensitivity;

public class JsonUnescaperTests
{
    [Theory]
    [InlineData("""{"a":"\u574f\u4EBA"}""", """{"a":"坏人"}""")]
    [InlineData("""{"a":"x\/y\\u574f"}""", """{"a":"x/y\u574f"}""")]
    [InlineData("""{"a":"\""", """{"a":" """)]
    [InlineData("""{"a":"\u12""", """{"a":" """)]
    [InlineData("""\uzz""", "zz")]
    public void Escapes_SayWhatTheyStandFor(string json, string said) =>
        JsonUnescaper.Unescape(json).ShouldBe(said.TrimEnd());

    [Fact]
    public void Texts_AreSaid_HoweverTheyAreWrittenAndCut() => Gen.Select(Gen.String, Gen.Int[1, 5]).Sample(
        (text, size) =>
        {
            string json = JsonSerializer.Serialize(text);
            var unescaper = new JsonUnescaper();
            string.Concat(json.Chunk(size).Select(piece => unescaper.Append(new string(piece))))
                .ShouldBe($"\"{JsonSerializer.Deserialize<string>(json)}\"");
        });
}

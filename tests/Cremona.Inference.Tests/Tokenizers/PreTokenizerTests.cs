using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Tokenizers;

public sealed class PreTokenizerTests
{
    private static readonly PreTokenizer Gpt2 = new([PreTokenizer.Gpt2Pattern]);
    private static readonly PreTokenizer Qwen = new([PreTokenizer.QwenPattern]);
    private static readonly PreTokenizer Nano = new([PreTokenizer.HanPattern, PreTokenizer.QwenPattern]);

    // Expected pieces follow the definition of the patterns, as Hugging Face's tokenizers cut them.
    [Theory]
    [InlineData("I'll see  12 cats!\n", "I|'ll| see| | 12| cats|!|\n")]
    [InlineData("你好世界", "你好世界")]
    public void Split_CutsAsGpt2(string text, string expected) => Pieces(Gpt2, text).ShouldBe(expected.Split('|'));

    [Theory]
    [InlineData("I'LL see 12 cats!\n\nOK", "I|'LL| see| |1|2| cats|!\n\n|OK")]
    [InlineData("a   b", "a|  | b")]
    [InlineData("你好，世界", "你好|，世界")]
    [InlineData("𝒳𝒴 𝟙𝟚", "𝒳𝒴| |𝟙|𝟚")]
    [InlineData("x👍👍 y", "x|👍👍| y")]
    public void Split_CutsAsQwen(string text, string expected) => Pieces(Qwen, text).ShouldBe(expected.Split('|'));

    [Theory]
    [InlineData("你好，Mira！", "你|好|，Mira|！")]
    [InlineData("编号7A", "编|号|7|A")]
    public void Split_KeepsHanCharactersApart_ForNano(string text, string expected) =>
        Pieces(Nano, text).ShouldBe(expected.Split('|'));

    // The pattern tries every way to part the letters, far more than any machine does in its time.
    [Fact]
    public void Split_NamesThePattern_WhenItTakesTooLong()
    {
        const string Pattern = @"^([-.\w]*[0-9a-zA-Z])*@$";
        var preTokenizer = new PreTokenizer([Pattern], TimeSpan.FromMilliseconds(1));
        Should.Throw<InvalidDataException>(() => preTokenizer.Split(new string('a', 60)))
            .Message.ShouldContain(Pattern);
    }

    private static string[] Pieces(PreTokenizer preTokenizer, string text) =>
        [.. preTokenizer.Split(text).Select(range => text[range])];
}

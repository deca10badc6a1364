using Cremona.Server.Chat.Sensitivity;
using CsCheck;

namespace Cremona.Server.Tests.Chat.Sensitivity;

public class WordScannerTests
{
    private static readonly string[] Parts =
        ["ass", "cl", "bad", " ", "word", "坏", "人", "们", "a", "b", "ab", "c", "+", "x", "你", "ＡＢ", "\U0001F600", "1"];

    [Theory]
    [InlineData("what an ass!", 1)]
    [InlineData("ASS", 1)]
    [InlineData("Ａｓｓ", 1)]
    [InlineData("你ass好", 1)]
    [InlineData("first class, assume", 0)]
    [InlineData("a bad word here", 2)]
    [InlineData("bad  word", 0)]
    [InlineData("他是坏人。", 3)]
    [InlineData("人们", 5)]
    [InlineData("坏人们", 3)]
    [InlineData("I write C++.", 7)]
    [InlineData("", 0)]
    public void Text_HasTheSeverestCategoryOfItsWords(string text, int category) =>
        Scan(Categorised(), [text]).Category.ShouldBe(category);

    [Fact]
    public void Finding_DoesNotDependOnThePieces_AndNothingIsLost() => Gen.Select(
        Gen.OneOf([.. Parts.Select(Gen.Const)]).Array[0, 14], Gen.Int[1, 5]).Sample(
        (parts, size) =>
        {
            string text = string.Concat(parts);
            (int category, string whole) = Scan(Categorised(), text.Chunk(size).Select(piece => new string(piece)));

            category.ShouldBe(Naive(text));
            whole.ShouldBe(text);
        });

    [Fact]
    public void Words_AreFoundBehindTheEscapesOfJson_AndTheTextStaysAsItIsWritten() => Gen.Select(
        Gen.OneOf([.. Parts.Select(Gen.Const)]).Array[0, 10], Gen.Int[0, 1023], Gen.Int[1, 5]).Sample(
        (parts, escaped, size) =>
        {
            string json = string.Concat(string.Concat(parts).Select((c, index) =>
                (escaped >> (index % 10) & 1) == 0 ? c.ToString() : $"\\u{(int)c:x4}"));
            var scanner = new WordScanner(new WordAutomaton(Categorised()), isJson: true);
            string told = string.Concat(json.Chunk(size).Select(piece => scanner.Append(new string(piece))))
                + scanner.Flush();

            scanner.Category.ShouldBe(Naive(string.Concat(parts)));
            told.ShouldBe(json);
        });

    [Fact]
    public void BeginningOfAnEscapedWord_IsHeldBack_UntilItIsNone()
    {
        var scanner = new WordScanner(new WordAutomaton(Categorised()), isJson: true);

        scanner.Append("""{"a":"\u574""").ShouldBe("{\"a\":\"");
        scanner.Append("f").ShouldBe("");
        scanner.Append("""\""").ShouldBe("");
        scanner.Append("""/x""").ShouldBe("""\u574f\/x"""[..^1]);
        scanner.Append("y").ShouldBe("xy");
        scanner.Flush().ShouldBe("");
    }

    [Fact]
    public void BeginningOfAWord_IsHeldBack_UntilItIsNone()
    {
        var scanner = new WordScanner(new WordAutomaton(Categorised()));

        scanner.Append("he is a 坏").ShouldBe("he is a ");
        scanner.Append("孩子 as").ShouldBe("坏孩子 ");
        scanner.Append("s").ShouldBe("");
        scanner.Category.ShouldBe(0);
        scanner.Append("et").ShouldBe("asset");
        scanner.Flush().ShouldBe("");
        scanner.Category.ShouldBe(0);
    }

    private static (string Word, int Category)[] Categorised() =>
    [
        ("ass", 1), ("bad word", 2), ("坏人", 3), ("坏人们", 4), ("人们", 5), ("ab", 6), ("c++", 7), ("x坏", 2),
    ];

    private static (int Category, string Text) Scan((string, int)[] words, IEnumerable<string> pieces)
    {
        var scanner = new WordScanner(new WordAutomaton(words));
        string text = string.Concat(pieces.Select(scanner.Append)) + scanner.Flush();
        return (scanner.Category, text);
    }

    /// <summary>Every word at every place, with borders looked up in the text.</summary>
    private static int Naive(string text)
    {
        string folded = string.Concat(text.Select(WordSymbols.Fold));
        return (
            from item in Categorised()
            from start in Enumerable.Range(0, folded.Length)
            where folded.AsSpan(start).StartsWith(item.Word, StringComparison.Ordinal)
                && (!WordSymbols.IsOfWord(item.Word[0]) || IsBorder(folded, start))
                && (!WordSymbols.IsOfWord(item.Word[^1]) || IsBorder(folded, start + item.Word.Length))
            select item.Category).Aggregate(0, WordAutomaton.Severest);
    }

    private static bool IsBorder(string text, int place) =>
        (place > 0 && WordSymbols.IsOfWord(text[place - 1]))
        != (place < text.Length && WordSymbols.IsOfWord(text[place]));
}

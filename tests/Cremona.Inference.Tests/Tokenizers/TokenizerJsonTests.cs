using System.Globalization;
using System.Text;
using Cremona.Inference.Tokenizers;
using CsCheck;

namespace Cremona.Inference.Tests.Tokenizers;

public sealed class TokenizerJsonTests : IDisposable
{
    private static readonly ITokenizer Qwen = SampleTokenizer.Load();
    private static readonly ITokenizer HanFirst = SampleTokenizer.Load(PreTokenizer.HanPattern,
        PreTokenizer.QwenPattern);
    private readonly string _folder = Directory.CreateTempSubdirectory("cremona-tokenizer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Encode_MergesByRank_WithinPieces() =>
        Qwen.Pieces("hello world").ShouldBe(["hello", " w", "o", "r", "l", "d"]);

    [Fact]
    public void Encode_DoesNotMergeAcrossPieces() => Qwen.Pieces("hell\no").ShouldBe(["hell", "\n", "o"]);

    [Theory]
    [MemberData(nameof(SpecialTexts))]
    public void Encode_TreatsSpecialTokensInText_AsOrdinaryText(string special)
    {
        int[] ids = Qwen.Encode($"a{special}b");
        ids.ShouldNotContain(Qwen.FindSpecial(special)!.Value);
        Qwen.Decode(ids).ShouldBe($"a{special}b");
    }

    public static TheoryData<string> SpecialTexts => [.. SampleTokenizer.Special];

    [Fact]
    public void Decode_GivesNothing_ForSpecialTokens() =>
        Qwen.Decode([Qwen.FindSpecial("<|im_start|>")!.Value, .. Qwen.Encode("hi")]).ShouldBe("hi");

    [Fact]
    public void Decode_Refuses_IdsOutsideTheVocabulary()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Qwen.Decode([Qwen.VocabularySize]));
        Should.Throw<ArgumentOutOfRangeException>(() => Qwen.Decode([-1]));
    }

    [Fact]
    public void FindSpecial_IsNull_ForUnknownContent() => Qwen.FindSpecial("<|other|>").ShouldBeNull();

    [Fact]
    public void Decode_ReturnsTheText_ForAnyWellFormedText() =>
        AnyText.WellFormed.Sample(text =>
        {
            Qwen.Decode(Qwen.Encode(text)).ShouldBe(text);
            HanFirst.Decode(HanFirst.Encode(text)).ShouldBe(text);
        });

    [Fact]
    public void Decode_ReplacesHalvesOfPairs_AsUtf8Does() =>
        AnyText.Units.Sample(text =>
            Qwen.Decode(Qwen.Encode(text)).ShouldBe(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void StreamingDecoder_GivesTheSameText_ForAnyIds() =>
        Gen.Int[0, Qwen.VocabularySize - 1].Array[0, 60].Sample(ids =>
        {
            IStreamingDecoder decoder = Qwen.CreateStreamingDecoder();
            string streamed = string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
            streamed.ShouldBe(Qwen.Decode(ids));
        });

    [Fact]
    public void StreamingDecoder_NeverSplitsACharacter() =>
        AnyText.WellFormed.Sample(text =>
        {
            IStreamingDecoder decoder = Qwen.CreateStreamingDecoder();
            foreach (int id in Qwen.Encode(text))
            {
                string part = decoder.Append(id);
                part.ShouldBe(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(part)));
            }

            decoder.Flush().ShouldBeEmpty();
        });

    [Fact]
    public void StreamingDecoder_FlushesAReplacement_ForAnUnfinishedCharacter()
    {
        IStreamingDecoder decoder = Qwen.CreateStreamingDecoder();
        string.Concat(Qwen.Encode("世")[..^1].Select(decoder.Append)).ShouldBeEmpty();
        decoder.Flush().ShouldBe("\uFFFD");
    }

    [Fact]
    public void Encode_TakesOneLongWord_InReasonableTime()
    {
        string text = string.Concat(Enumerable.Repeat("hello", 100_000));
        Qwen.Encode(text).Length.ShouldBe(100_000);
    }

    [Fact]
    public void Load_KeepsWholePieces_WhenMergesAreIgnored()
    {
        string json = Sample().Replace("\"ignore_merges\": false", "\"ignore_merges\": true", StringComparison.Ordinal);
        int next = Qwen.VocabularySize;
        ITokenizer tokenizer = LoadText(SampleTokenizer.Edit(json, "\"vocab\": {", $"\"vocab\": {{\n      \"Ġworld\": {next},"));
        tokenizer.Encode(" world").ShouldBe([next]);
    }

    [Fact]
    public void Load_ReadsMergesWrittenAsPairs()
    {
        string json = SampleTokenizer.Edit(Sample(), "\"hell o\"", "[\"hell\", \"o\"]");
        LoadText(json).Encode("hello").ShouldBe(Qwen.Encode("hello"));
    }

    [Fact]
    public void Load_FindsAddedTextTokens_WhichAreNotSpecial()
    {
        int next = Qwen.VocabularySize;
        ITokenizer tokenizer = LoadText(SampleTokenizer.Edit(
            Sample(), "\"added_tokens\": [", $$"""
            "added_tokens": [ {"id": {{next}}, "content": "<think>", "special": false},
            """));
        int[] ids = tokenizer.Encode("a<think>b");
        ids.ShouldBe([.. tokenizer.Encode("a"), next, .. tokenizer.Encode("b")]);
        tokenizer.Decode(ids).ShouldBe("a<think>b");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_NeverMergesTextIntoASpecialToken(bool ignoresMerges)
    {
        // "hell" is what merges of the file make, and now special.
        int hell = Qwen.Encode("hell")[0];
        string json = SampleTokenizer.Edit(
            Sample(), "\"added_tokens\": [",
            $"\"added_tokens\": [{{\"id\": {hell}, \"content\": \"hell\", \"special\": true}},");
        if (ignoresMerges) json = SampleTokenizer.Edit(json, "\"ignore_merges\": false", "\"ignore_merges\": true");
        ITokenizer tokenizer = LoadText(json);
        tokenizer.Pieces("hell").ShouldBe(["he", "ll"]);
        AnyText.WellFormed.Sample(text => tokenizer.Encode($"hell{text}hell").ShouldNotContain(hell), iter: 50);
    }

    [Fact]
    public void Load_TakesASpecialTokenThatIsTheOnlyEntryOfAByte()
    {
        int id = Qwen.Encode("!").Single();
        ITokenizer tokenizer = LoadText(SampleTokenizer.Edit(
            Sample(), "\"added_tokens\": [",
            $"\"added_tokens\": [{{\"id\": {id}, \"content\": \"!\", \"special\": true}},"));
        tokenizer.Encode("a!").ShouldBe(Qwen.Encode("a!"));
        tokenizer.Decode([id]).ShouldBe("!");
        tokenizer.FindSpecial("!").ShouldBe(id);
    }

    [Fact]
    public void WithSpecial_ReadsAnAddedTokenFromNoText()
    {
        int hell = Qwen.Encode("hell")[0];
        ITokenizer tokenizer = LoadText(SampleTokenizer.Edit(
            Sample(), "\"added_tokens\": [",
            $"\"added_tokens\": [{{\"id\": {hell}, \"content\": \"hell\", \"special\": false}},"));
        tokenizer.Encode("shell").ShouldContain(hell);
        ITokenizer strict = tokenizer.WithSpecial(new HashSet<int> { hell });
        strict.Encode("shell").ShouldNotContain(hell);
        strict.Decode(strict.Encode("shell")).ShouldBe("shell");
        strict.Decode([hell]).ShouldBe("hell");
    }

    [Fact]
    public void Load_TakesAnEmptyEntry_AsAnIdThatNothingHas()
    {
        int next = Qwen.VocabularySize;
        string json = SampleTokenizer.Edit(Sample(), "\"vocab\": {", $"\"vocab\": {{ \"\": {next}, \"hehe\": {next + 1},");
        ITokenizer tokenizer = LoadText(json);
        tokenizer.VocabularySize.ShouldBe(next + 2);
        tokenizer.Decode([next]).ShouldBe("");
        tokenizer.Encode("hello").ShouldBe(Qwen.Encode("hello"));
    }

    [Fact]
    public void Encode_Composes_WhenTheFileAsksForFormC()
    {
        ITokenizer tokenizer = LoadText(SampleTokenizer.Edit(Sample(), "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}"));
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Tokenizers", "nfc-vectors.txt")).Skip(1))
        {
            string[] sides = [.. line.Split(" > ").Select(FromHex)];
            tokenizer.Decode(tokenizer.Encode(sides[0])).ShouldBe(sides[1], line);
        }
    }

    [Theory]
    [InlineData("\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "model.type is 'WordPiece'")]
    [InlineData("\"he\": 263", "\"he\": \"x\"", "model.vocab.he is not an integer")]
    [InlineData("\"he\": 263", "\"he\": -4", "out of range")]
    [InlineData("\"he\": 263", "\"he\": 9", "gives one id to two entries")]
    [InlineData("\"he\": 263", "\"hi\": 263", "model.merges[0] makes or uses 'he'")]
    [InlineData("\"h e\"", "\"h e e\"", "model.merges[0] is not a pair")]
    [InlineData("\"A\": ", "\"AA\": ", "no entry for byte 0x41")]
    [InlineData("\"added_tokens\": [", "\"added_tokens\": [{\"id\": 7, \"content\": \"x\", \"special\": true},", "no entry for byte 0x00")]
    [InlineData("\"he\": 263", "\"\": 263", "model.merges[0] makes or uses 'he'")]
    [InlineData("\"normalizer\": null", "\"normalizer\": {\"type\": \"Lowercase\"}", "normalizer of type 'Lowercase'")]
    [InlineData("\"behavior\": \"Isolated\"", "\"behavior\": \"Removed\"", "behavior 'Removed'")]
    [InlineData("\"Regex\": \"", "\"Regex\": \"((", "cannot be read")]
    [InlineData("\"model\"", "\"modell\"", "the file has no 'model'")]
    [InlineData("\"byte_fallback\": false", "\"byte_fallback\": true", "the last step must be Metaspace")]
    [InlineData("\"version\"", "version", "invalid start")]
    [InlineData("\"type\": \"BPE\"", "\"type\": \"\\ud800\"", "UTF-16")]
    public void Load_NamesTheFault_OfACorruptFile(string from, string to, string fault) =>
        Should.Throw<InvalidDataException>(() => LoadText(SampleTokenizer.Edit(Sample(), from, to)))
            .Message.ShouldContain(fault);

    [Fact]
    public void Write_GivesTheBytes_OfTheEmbeddedModel()
    {
        string json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "models", "nano", "tokenizer.json"));
        TokenizerJsonWriter.Write(TokenizerJson.ParseParts(json)).ShouldBe(json);
    }

    [Fact]
    public void Load_NeverFailsOtherwise_WhenTheFileIsCut()
    {
        string json = Sample();
        Gen.Int[0, json.Length - 3].Sample(
            length => Should.Throw<InvalidDataException>(() => LoadText(json[..length])), iter: 200, threads: 1);
    }

    private static string FromHex(string codePoints) => string.Concat(
        codePoints.Split(' ').Select(c =>
            new Rune(int.Parse(c, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()));

    private string Sample() => File.ReadAllText(SampleTokenizer.Write(_folder, PreTokenizer.QwenPattern));

    private ITokenizer LoadText(string json)
    {
        string path = Path.Combine(_folder, "edited.json");
        File.WriteAllText(path, json);
        return TokenizerJson.Load(path);
    }
}

using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Tests.Checkpoints;
using Cremona.Inference.Tokenizers;
using CsCheck;

namespace Cremona.Inference.Tests.Tokenizers;

public class CharacterTokenizerTests
{
    private const string Strip = """{"content": "<tool>", "special": false, "lstrip": true, "rstrip": true}""";
    private const string Word = """{"content": "world", "special": false, "single_word": true}""";
    private const string Normalized = """{"content": "a b", "special": false, "normalized": true}""";

    private static readonly ITokenizer Llama = CharacterTokenizer.Load();

    [Fact]
    public void Encode_WritesASpaceBeforeTheText_AndFallsBackOnBytes() =>
        Texts(Llama, Llama.Encode("hello 世 hello")).ShouldBe([" hello", " ", "�", "�", "�", " hello"]);

    [Fact]
    public void Encode_WritesNoSpace_WhereATextGoesOn()
    {
        Texts(Llama, Llama.Encode("hello", TextPlace.Inside)).ShouldBe(["hell", "o"]);
        Texts(Llama, Llama.Encode("hello", TextPlace.AfterToken)).ShouldBe([" hello"]);
    }

    [Theory]
    [InlineData("first", " hello|hell+o")]
    [InlineData("always", " hello| hello")]
    [InlineData("never", "hell+o|hell+o")]
    public void Encode_WritesSpaces_AsMetaspaceSays(string scheme, string expected)
    {
        string json = SampleTokenizer.Edit(
            CharacterTokenizer.Json(), "\"pre_tokenizer\":null",
            "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"\\u2581\",\"prepend_scheme\":\"" + scheme + "\",\"split\":true}");
        json = SampleTokenizer.Edit(json, "\"normalizer\":{", "\"normalizer\":null,\"was\":{");
        ITokenizer tokenizer = CharacterTokenizer.Load(json);
        string start = string.Join('+', Texts(tokenizer, tokenizer.Encode("hello")));
        string after = string.Join('+', Texts(tokenizer, tokenizer.Encode("hello", TextPlace.AfterToken)));
        $"{start}|{after}".ShouldBe(expected);

        // Cut before every space, so that two of them do not merge.
        Texts(tokenizer, tokenizer.Encode("a  b", TextPlace.Inside)).ShouldBe(["a", " ", " ", "b"]);
    }

    [Fact]
    public void Encode_LetsAddedTokensTakeWhiteSpace()
    {
        ITokenizer tokenizer = CharacterTokenizer.Load(CharacterTokenizer.Json(Strip));
        Texts(tokenizer, tokenizer.Encode("a \n <tool>  b")).ShouldBe([" ", "a", "<tool>", " ", "b"]);
    }

    [Fact]
    public void Encode_FindsWholeWords_WhereThatIsAsked()
    {
        ITokenizer tokenizer = CharacterTokenizer.Load(CharacterTokenizer.Json(Word));
        int id = tokenizer.FindSpecial("world")!.Value;
        tokenizer.Encode("world, world").Count(token => token == id).ShouldBe(2);
        tokenizer.Encode("worlds aworld").ShouldNotContain(id);
    }

    [Fact]
    public void Encode_FindsNormalizedTokens_InNormalizedText()
    {
        ITokenizer tokenizer = CharacterTokenizer.Load(CharacterTokenizer.Json(Normalized));
        int id = tokenizer.FindSpecial("a b")!.Value;
        tokenizer.Encode("a b").ShouldBe([id]);
        tokenizer.Encode("l a b").ShouldContain(id);
        tokenizer.Encode("la b").ShouldNotContain(id); // its own text is normalized too, and begins with a space
    }

    [Fact]
    public void Encode_NeverFinds_ATokenThatNormalizingLeavesNothingOf()
    {
        const string Spaces = """{"content": "  ", "special": false, "normalized": true}""";
        string json = SampleTokenizer.Edit(
            CharacterTokenizer.Json(Spaces), "\"normalizer\":{",
            "\"normalizer\":{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true},\"was\":{");
        ITokenizer tokenizer = CharacterTokenizer.Load(json);
        Texts(tokenizer, tokenizer.Encode("  he  ")).ShouldBe(["he"]);
    }

    [Fact]
    public void Decode_ReturnsTheText_ForAnyWellFormedText() => AnyText.WellFormed.Sample(text =>
    {
        int[] ids = Llama.Encode(text);
        string expected = text.Replace(CharacterPieces.Space, " ", StringComparison.Ordinal);
        Llama.Decode(ids).ShouldBe(expected);
        IStreamingDecoder decoder = Llama.CreateStreamingDecoder();
        (string.Concat(ids.Select(decoder.Append)) + decoder.Flush()).ShouldBe(expected);
    });

    [Fact]
    public void StreamingDecoder_KeepsTheFirstSpace_BehindWhatItIsNotToldOf()
    {
        int id = Llama.Encode("hello").Single();
        IStreamingDecoder decoder = Llama.CreateStreamingDecoder();
        decoder.Skip();
        decoder.Append(id).ShouldBe(" hello");
        Llama.CreateStreamingDecoder().Append(id).ShouldBe("hello");
    }

    [Fact]
    public void Encode_NeverGivesASpecialToken_ForAnyText() =>
        AnyText.Units.Sample(text => Llama.Encode($"<s>{text}</s><unk>").ShouldAllBe(id => id > 2));

    [Fact]
    public void Encode_FallsBackOnBytes_WhereACharacterIsASpecialToken()
    {
        int letter = Llama.Encode("l")[^1];
        string json = SampleTokenizer.Edit(
            CharacterTokenizer.Json(), "\"added_tokens\":[",
            $"\"added_tokens\":[{{\"id\":{letter},\"content\":\"l\",\"special\":true}},");
        ITokenizer tokenizer = CharacterTokenizer.Load(json);
        tokenizer.Encode("hell").ShouldNotContain(letter);
        tokenizer.Decode(tokenizer.Encode("hell")).ShouldBe("hell");
    }

    [Fact]
    public void Load_TakesAnEmptyEntry_AsAnIdThatNothingHas() =>
        CharacterTokenizer.Load(SampleTokenizer.Edit(CharacterTokenizer.Json(), "\"vocab\":{", "\"vocab\":{\"\":400,"))
            .Encode("hello").ShouldBe(Llama.Encode("hello"));

    [Fact]
    public void Encode_TakesOneLongText_InReasonableTime() =>
        Llama.Encode(string.Concat(Enumerable.Repeat(" hello", 50_000))).Length.ShouldBe(50_001);

    [Fact]
    public void Gguf_GivesTheSameIds_FromScoresAlone()
    {
        using var folder = new ScratchFolder();
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(CharacterTokenizer.Json()) with { Whole = null };
        var config = RandomDecoder.Config with { Architecture = "LlamaForCausalLM", QueryKeyNorm = false, VocabularySize = 300 };
        GgufModelWriter.Write(folder.File("m.gguf"), RandomDecoder.Create(config), GgufType.F32, vocabulary, null, null);
        using GgufFile file = GgufFile.Open(folder.File("m.gguf"));
        ITokenizer read = GgufTokenizer.Read(file.Metadata);
        AnyText.WellFormed.Sample(text => read.Encode(text).ShouldBe(Llama.Encode(text)));
    }

    [Theory]
    [InlineData((int)GgufTokenType.UserDefined)]
    [InlineData((int)GgufTokenType.Control)]
    public void Gguf_TakesATokenOfAByte_ForTheByte_WhateverItsType(int type)
    {
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(CharacterTokenizer.Json()) with { Whole = null };
        int id = vocabulary.Tokens.ToList().IndexOf("<0x0A>");
        int[] types = [.. vocabulary.Types];
        types[id] = type;
        BytePairTokenizer read = GgufTokenizer.ReadParts(vocabulary with { Types = types }).Build();

        read.Encode("a\nb").ShouldContain(id);
        read.Decode(read.Encode("a\nb")).ShouldBe("a\nb");
        read.Encode("<0x0A>").ShouldNotContain(id); // It is what somebody wrote, and no line end.
        read.Decode(read.Encode("<0x0A>")).ShouldBe("<0x0A>");
    }

    [Theory]
    [InlineData("\"\\u003C0x41\\u003E\":", "\"x\":", "no entry <0x41>")]
    [InlineData("\"ByteFallback\"", "\"Fuse\"", "has no step ByteFallback")]
    [InlineData("\"decoder\":", "\"decodes\":", "has no decoder")]
    [InlineData("\"start\":1", "\"start\":2", "takes away more than one space")]
    [InlineData("\"type\":\"Prepend\"", "\"type\":\"NFKC\"", "of type 'NFKC' is not supported")]
    [InlineData("{\"String\":\" \"}", "{\"String\":\"\"}", "is empty")]
    public void Load_NamesTheFault_OfWhatItDoesNotDo(string from, string to, string fault) =>
        Should.Throw<InvalidDataException>(
                () => CharacterTokenizer.Load(SampleTokenizer.Edit(CharacterTokenizer.Json(), from, to)))
            .Message.ShouldContain(fault);

    private static string[] Texts(ITokenizer tokenizer, int[] ids) => [.. ids.Select(id =>
        System.Text.Encoding.UTF8.GetString(tokenizer.BytesOf(id)))];
}

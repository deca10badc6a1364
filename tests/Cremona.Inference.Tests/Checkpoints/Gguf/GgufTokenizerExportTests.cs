using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Tests.Tokenizers;
using Cremona.Inference.Tokenizers;
using CsCheck;

namespace Cremona.Inference.Tests.Checkpoints.Gguf;

/// <summary>The <c>tokenizer.json</c> of a GGUF file that came without one gives the same ids.</summary>
public class GgufTokenizerExportTests
{
    private const string Template = "{% for m in messages %}{{ m.content }}</s><|im_end|>{% endfor %}";

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("qwen2")]
    [InlineData("llama-bpe")]
    [InlineData("tekken")]
    [InlineData("smollm")]
    public void Export_KeepsTheIds_OfBytes(string cut)
    {
        using var folder = new ScratchFolder();
        string json = File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern));
        int next = SampleTokenizer.Load().VocabularySize;
        json = SampleTokenizer.Edit(
            json, "\"added_tokens\": [", $"\"added_tokens\": [{{\"id\": {next}, \"content\": \"<h1>\", \"special\": false}},");
        Compare(folder, GgufVocabulary.FromTokenizerJson(json) with { Cut = cut });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Export_KeepsTheIds_OfCharacters(bool writesFirstSpace)
    {
        using var folder = new ScratchFolder();
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(
            CharacterTokenizer.Json("""{"content": "<h1>", "special": false}"""));
        Compare(folder, vocabulary with { WritesFirstSpace = writesFirstSpace });
    }

    [Fact]
    public void Load_NamesTheKindOfTokenizer_BeforeItAsksForItsMerges()
    {
        using var folder = new ScratchFolder();
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(
            File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern)));
        WriteGguf(folder, vocabulary);
        Edit(folder.File("m.gguf"), "tokenizer.ggml.merges", "tokenizer.ggml.mergez");
        Should.Throw<InvalidDataException>(() => ModelFiles.Load(folder.File("m.gguf"))).Message
            .ShouldContain("tokenizer.ggml.merges is missing");
        Edit(folder.File("m.gguf"), "gpt2", "bert");
        Should.Throw<InvalidDataException>(() => ModelFiles.Load(folder.File("m.gguf"))).Message
            .ShouldContain("tokenizer.ggml.model is bert; byte-level BPE (gpt2)");
    }

    [Fact]
    public void Load_TakesSpecialTokensThatAreBytes()
    {
        using var folder = new ScratchFolder();
        string json = File.ReadAllText(SampleTokenizer.Write(folder.Path, PreTokenizer.QwenPattern));
        int id = SampleTokenizer.Load().Encode("!").Single();
        json = SampleTokenizer.Edit(
            json, "\"added_tokens\": [", $"\"added_tokens\": [{{\"id\": {id}, \"content\": \"!\", \"special\": true}},");
        GgufVocabulary bytes = GgufVocabulary.FromTokenizerJson(json);
        bytes.Types[id].ShouldBe((int)GgufTokenType.Control);
        Compare(folder, bytes);
        ITokenizer tokenizer = ModelFiles.Load(folder.File("m.gguf")).Tokenizer;
        tokenizer.Encode("!").ShouldBe([id]);
        tokenizer.Decode(tokenizer.Encode("a!b")).ShouldBe("a!b");

        using var other = new ScratchFolder();
        GgufVocabulary characters = GgufVocabulary.FromTokenizerJson(CharacterTokenizer.Json());
        int line = characters.Find("<0x0A>")!.Value;
        int[] types = [.. characters.Types];
        types[line] = (int)GgufTokenType.Control;
        tokenizer = WriteGguf(other, characters with { Types = types }).Tokenizer;
        tokenizer.Encode("a\nb").ShouldContain(line);
        tokenizer.Decode(tokenizer.Encode("a\nb")).ShouldBe("a\nb");
    }

    [Fact]
    public void Export_Refuses_DifferentTokensThatAreMergedEquallySoon()
    {
        using var folder = new ScratchFolder();
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(CharacterTokenizer.Json());
        LanguageModel model = WriteGguf(folder, vocabulary with { Scores = [.. vocabulary.Scores.Select(_ => 0f)] });
        Should.Throw<InvalidDataException>(() => Export(folder, model)).Message.ShouldContain("merged equally soon");
        Directory.Exists(folder.File("out")).ShouldBeFalse();
    }

    private static void Compare(ScratchFolder folder, GgufVocabulary vocabulary)
    {
        ITokenizer read = WriteGguf(folder, vocabulary).Tokenizer;
        Export(folder, ModelFiles.Load(folder.File("m.gguf")));
        ITokenizer exported = ModelFiles.Load(folder.File("out")).Tokenizer;

        exported.AddedTokens.ShouldBe(read.AddedTokens);
        Gen.Select(AnyText.WellFormed, AnyText.WellFormed).Sample((first, second) =>
        {
            string text = $"{first}hellohello  hell<h1>你好{second}";
            int[] ids = read.Encode(text);
            exported.Encode(text).ShouldBe(ids, text);
            exported.Decode(ids).ShouldBe(read.Decode(ids), text);
        });
    }

    private static LanguageModel WriteGguf(ScratchFolder folder, GgufVocabulary vocabulary)
    {
        DecoderConfig config = RandomDecoder.Config with
        {
            Architecture = "LlamaForCausalLM",
            QueryKeyNorm = false,
            VocabularySize = 320,
        };
        GgufModelWriter.Write(
            folder.File("m.gguf"), RandomDecoder.Create(config), GgufType.F32, vocabulary with { Whole = null }, Template, 2);
        return ModelFiles.Load(folder.File("m.gguf"));
    }

    /// <summary>The first of its kind in the file.</summary>
    private static void Edit(string path, string from, string to)
    {
        byte[] file = File.ReadAllBytes(path);
        SampleTokenizer.Utf8(to).CopyTo(file, file.AsSpan().IndexOf(SampleTokenizer.Utf8(from)));
        File.WriteAllBytes(path, file);
    }

    private static void Export(ScratchFolder folder, LanguageModel model) =>
        ModelFiles.Write(folder.File("m.gguf"), model, model.Source, folder.File("out"), GgufType.F32);
}

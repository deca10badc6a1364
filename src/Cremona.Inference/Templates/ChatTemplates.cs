using System.Text.Json;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Finds the chat template of a model folder.</summary>
public static class ChatTemplates
{
    internal const string JinjaFile = "chat_template.jinja";

    private const string ConfigFile = "tokenizer_config.json";

    /// <summary>Reads the Jinja template of a model.</summary>
    /// <param name="modelFolder">Holds <c>chat_template.jinja</c> or a <c>tokenizer_config.json</c> with
    /// <c>chat_template</c>.</param>
    /// <param name="tokenizer">The tokenizer of the same folder.</param>
    /// <exception cref="InvalidDataException">No template, one that cannot be read, or one that ends no
    /// answer.</exception>
    public static IChatTemplate Load(string modelFolder, ITokenizer tokenizer) =>
        Create(modelFolder, ReadTemplate(modelFolder), tokenizer, ReadSpecialTexts(modelFolder));

    /// <summary>The special tokens that the model's <c>tokenizer_config.json</c> names.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON, or holds what is no text.</exception>
    internal static SpecialTexts ReadSpecialTexts(string modelFolder)
    {
        string config = Path.Combine(modelFolder, ConfigFile);
        return File.Exists(config) ? ReadConfig(config, SpecialTexts.Of) : SpecialTexts.None;
    }

    /// <summary>The template of this Jinja text.</summary>
    /// <param name="place">Where the text was found, for faults.</param>
    /// <param name="template">Jinja.</param>
    /// <param name="tokenizer">Of the same model.</param>
    /// <param name="special">Names of special tokens.</param>
    /// <exception cref="InvalidDataException">It cannot be read, or it ends no answer.</exception>
    internal static IChatTemplate Create(string place, string template, ITokenizer tokenizer, SpecialTexts special)
    {
        try
        {
            return new JinjaChatTemplate(template, tokenizer, special);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{place}: {e.Message}", e);
        }
    }

    /// <summary>The Jinja text of a model folder.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal static string ReadTemplate(string modelFolder)
    {
        string jinja = Path.Combine(modelFolder, JinjaFile);
        if (File.Exists(jinja)) return File.ReadAllText(jinja);

        string config = Path.Combine(modelFolder, ConfigFile);
        if (!File.Exists(config))
            throw new InvalidDataException($"{modelFolder}: neither {JinjaFile} nor {ConfigFile} is there");
        return ReadConfig(config, TemplateOf)
            ?? throw new InvalidDataException($"{config}: chat_template is missing; the model is not a chat model");
    }

    private static T ReadConfig<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    // A text, or a list of named ones of which "default" is the conversation.
    private static string? TemplateOf(JsonElement config)
    {
        if (config.ValueKind != JsonValueKind.Object || !config.TryGetProperty("chat_template", out JsonElement template))
            return null;
        if (template.ValueKind == JsonValueKind.String) return template.GetString();
        if (template.ValueKind != JsonValueKind.Array) return null;
        foreach (JsonElement item in template.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("name", out JsonElement name) && name.ValueEquals("default")
                && item.TryGetProperty("template", out JsonElement text) && text.ValueKind == JsonValueKind.String)
            {
                return text.GetString();
            }
        }

        return null;
    }
}

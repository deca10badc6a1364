using System.Text.Json;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Templates;

/// <summary>Finds the chat template of a model folder.</summary>
public static class ChatTemplates
{
    internal const string JinjaFile = "chat_template.jinja";

    private const int ShownLengthMax = 120;

    /// <summary>Recognises ChatML (Qwen, nano) and Llama-3 by the markers in the model's Jinja template, and writes
    /// their form itself; the template is not executed.</summary>
    /// <param name="modelFolder">Holds <c>chat_template.jinja</c> or a <c>tokenizer_config.json</c> with
    /// <c>chat_template</c>.</param>
    /// <param name="tokenizer">The tokenizer of the same folder.</param>
    /// <exception cref="InvalidDataException">No template, one of another family, or the tokenizer lacks its special
    /// tokens.</exception>
    public static IChatTemplate Load(string modelFolder, ITokenizer tokenizer) =>
        Create(modelFolder, ReadTemplate(modelFolder), tokenizer);

    /// <summary>The template of this Jinja text.</summary>
    /// <param name="place">Where the text was found, for faults.</param>
    /// <param name="template">Jinja.</param>
    /// <param name="tokenizer">Of the same model.</param>
    /// <exception cref="InvalidDataException">It is of another family, or the tokenizer lacks its special
    /// tokens.</exception>
    internal static IChatTemplate Create(string place, string template, ITokenizer tokenizer)
    {
        if (template.Contains(ChatMlTemplate.StartMarker, StringComparison.Ordinal))
            return new ChatMlTemplate(tokenizer, template);
        if (template.Contains(Llama3Template.StartMarker, StringComparison.Ordinal))
            return new Llama3Template(tokenizer, template);

        string shown = template.Length > ShownLengthMax ? template[..ShownLengthMax] + "…" : template;
        throw new InvalidDataException(
            $"{place}: the chat template is neither ChatML ({ChatMlTemplate.StartMarker}) nor Llama-3 "
            + $"({Llama3Template.StartMarker}); it begins: {shown}");
    }

    /// <summary>The Jinja text of a model folder.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal static string ReadTemplate(string modelFolder)
    {
        string jinja = Path.Combine(modelFolder, JinjaFile);
        if (File.Exists(jinja)) return File.ReadAllText(jinja);

        string config = Path.Combine(modelFolder, "tokenizer_config.json");
        if (!File.Exists(config))
            throw new InvalidDataException($"{modelFolder}: neither {JinjaFile} nor tokenizer_config.json is there");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(config));
            return TemplateOf(document.RootElement)
                ?? throw new InvalidDataException($"{config}: chat_template is missing; the model is not a chat model");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{config}: {e.Message}", e);
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

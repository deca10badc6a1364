using System.Text.Json;

namespace Cremona.Inference.Templates;

/// <summary>The special tokens that templates know by name: <c>bos_token</c>, <c>eos_token</c> and others, with their
/// texts.</summary>
/// <param name="ByName">Those that are set.</param>
internal sealed record SpecialTexts(IReadOnlyDictionary<string, string> ByName)
{
    private static readonly string[] Names = ["bos_token", "eos_token", "pad_token", "unk_token"];

    public static SpecialTexts None { get; } = new(new Dictionary<string, string>());

    public string? End => ByName.GetValueOrDefault("eos_token");

    /// <summary>Those of a <c>tokenizer_config.json</c>: each a text or an object with <c>content</c>.</summary>
    public static SpecialTexts Of(JsonElement config)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (config.ValueKind != JsonValueKind.Object) return None;
        foreach (string name in Names)
        {
            if (!config.TryGetProperty(name, out JsonElement token)) continue;
            bool isObject = token.ValueKind == JsonValueKind.Object;
            if (isObject && token.TryGetProperty("content", out JsonElement content)) token = content;
            if (token.ValueKind == JsonValueKind.String) texts[name] = token.GetString()!;
        }

        return new SpecialTexts(texts);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Tokenizers;

/// <summary>A small tokenizer.json in the form of Llama-2's: characters, bytes to fall back on, a few merges.</summary>
internal static class CharacterTokenizer
{
    private static readonly (string Left, string Right)[] Merges =
        [("h", "e"), ("l", "l"), ("he", "ll"), ("\u2581", "hell"), ("\u2581hell", "o"), ("\u2581", "\u2581"), ("你", "好")];

    /// <param name="added">More added tokens, as JSON; their ids are set here.</param>
    public static string Json(params string[] added)
    {
        string[] entries =
        [
            "<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"),
            "\u2581", .. "helowrdab你好".Select(character => character.ToString()), .. Merges.Select(pair => pair.Left + pair.Right),
        ];
        var tokens = new JsonArray(
            [.. entries.Take(3).Select((content, id) => (JsonNode)new JsonObject { ["id"] = id, ["content"] = content, ["special"] = true })]);
        foreach (string token in added)
        {
            JsonNode node = JsonNode.Parse(token)!;
            node["id"] = entries.Length + tokens.Count - 3;
            tokens.Add(node);
        }

        return new JsonObject
        {
            ["added_tokens"] = tokens,
            ["normalizer"] = JsonNode.Parse("""
                {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
                """),
            ["pre_tokenizer"] = null,
            ["decoder"] = JsonNode.Parse("""
                {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                 {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = new JsonObject(entries.Select((entry, id) => KeyValuePair.Create<string, JsonNode?>(entry, id))),
                ["merges"] = new JsonArray([.. Merges.Select(pair => (JsonNode)$"{pair.Left} {pair.Right}")]),
            },
        }.ToJsonString(new JsonSerializerOptions());
    }

    public static ITokenizer Load(string? json = null) => TokenizerJson.ParseParts(json ?? Json()).Build();
}

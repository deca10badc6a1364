using System.Text;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Tokenizers;

/// <summary>A small tokenizer.json on disk: bytes, a few merges, ChatML's and Llama-3's special tokens.</summary>
internal static class SampleTokenizer
{
    public static readonly string[] Special =
    [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    ];

    private static readonly (string Left, string Right)[] TextMerges =
        [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("Ġ", "w"), ("ä", "½"), ("ä½", "ł")];

    public static string Write(string folder, params string[] patterns)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        string[] bytes = [.. Enumerable.Range(0, 256).Select(b => ByteLevelAlphabet.ToCharacter((byte)b).ToString())];
        string[] entries = [.. Special, .. bytes, .. TextMerges.Select(m => m.Left + m.Right)];
        TokenizerJsonWriter.Write(path, entries, Special.Length, TextMerges, patterns);
        return path;
    }

    public static ITokenizer Load(params string[] patterns)
    {
        string folder = Directory.CreateTempSubdirectory("cremona-tokenizer").FullName;
        try
        {
            return TokenizerJson.Load(Write(folder, patterns.Length == 0 ? [PreTokenizer.QwenPattern] : patterns));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Tokens as texts, for readable expectations.</summary>
    public static string[] Pieces(this ITokenizer tokenizer, string text) =>
        [.. tokenizer.Encode(text).Select(id => tokenizer.Decode([id]))];

    public static string Edit(string json, string from, string to) =>
        json.Contains(from, StringComparison.Ordinal)
            ? json.Replace(from, to, StringComparison.Ordinal)
            : throw new ArgumentException($"'{from}' is not in the file", nameof(from));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

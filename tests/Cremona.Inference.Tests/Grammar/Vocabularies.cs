using System.Text;
using Cremona.Inference.Grammar.Vocabulary;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Tests.Grammar;

/// <summary>Vocabularies to walk grammars with.</summary>
internal static class Vocabularies
{
    private static readonly Lazy<ITokenizer> NanoTokenizer = new(() => TokenizerJson.Load(NanoPath()));
    private static readonly Lazy<GrammarVocabulary> NanoVocabulary =
        new(() => new GrammarVocabulary(NanoTokenizer.Value));

    public static ITokenizer Nano => NanoTokenizer.Value;

    public static GrammarVocabulary NanoTokens => NanoVocabulary.Value;

    /// <summary>All single bytes, some pieces that cross the borders of grammars, and one special token.</summary>
    public static GrammarVocabulary Tiny { get; } = new(new TinyTokenizer());

    private static string NanoPath()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Cremona.slnx"))) folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder!, "models", "nano", "tokenizer.json");
    }

    private sealed class TinyTokenizer : ITokenizer
    {
        private static readonly string[] Pieces =
        [
            "ab", "abc", "bc", "12", "3.", ".5", "\":", "\",", "\"}", "\", \"", "\": ", "{\"", "[{", "}]", "}}", "ab\"",
            "a\"}", "\\\"", "\\n", "\\u00", "00", "e9", "中", "中文", "文\"", "  ", "\n", "\n  ", " \"", " a", " 1", "true", "ue",
            "]", "],", "\"]", "\",\"", "2]", "2,", "name", "nam", "name\":", "null", "\"a", "\"a\":", "😀", "\ud83d\ude00\"", "--", "\\", "\\ud83d", "-1", "1e5",
        ];

        private static readonly byte[][] Tokens =
        [
            .. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }),
            .. Pieces.Select(Encoding.UTF8.GetBytes),
            [0xE4, 0xB8], [0xAD, 0x22], [0xF0, 0x9F], [0x98, 0x80, 0x22],
            [],
        ];

        public int VocabularySize => Tokens.Length;

        public int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

        public string Decode(ReadOnlySpan<int> ids) =>
            Encoding.UTF8.GetString([.. ids.ToArray().SelectMany(id => Tokens[id])]);

        public ReadOnlySpan<byte> BytesOf(int id) => Tokens[id];

        public int? FindSpecial(string content) => null;

        public IStreamingDecoder CreateStreamingDecoder() => throw new NotSupportedException();
    }
}

using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The tokenizer in GGUF metadata: byte-level BPE (<c>gpt2</c>). A whole <c>tokenizer.json</c> in
/// <c>tokenizer.huggingface.json</c> wins, since GGUF names its cuts only by a word.</summary>
internal static class GgufTokenizer
{
    public const string WholeKey = "tokenizer.huggingface.json";
    public const string ModelKey = "tokenizer.ggml.model";
    public const string CutKey = "tokenizer.ggml.pre";
    public const string TokensKey = "tokenizer.ggml.tokens";
    public const string TypesKey = "tokenizer.ggml.token_type";
    public const string MergesKey = "tokenizer.ggml.merges";
    public const string ByteLevelModel = "gpt2";

    private static readonly string[] Words = ["gpt-2", "qwen2", "llama-bpe", "tekken", "smollm"];

    private const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string TekkenPattern =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <exception cref="InvalidDataException">Metadata is missing, wrong or of another kind of tokenizer.</exception>
    public static ITokenizer Read(GgufMetadata metadata)
    {
        if (metadata.FindText(WholeKey) is { } whole) return TokenizerJson.ParseParts(whole).Build();
        string model = metadata.Text(ModelKey);
        if (model != ByteLevelModel)
        {
            throw new InvalidDataException($"{ModelKey} is {model}; only byte-level BPE ({ByteLevelModel}) is supported");
        }

        IReadOnlyList<string> tokens = Require(metadata.FindTexts(TokensKey), TokensKey);
        if (tokens.Count is 0 or > TokenizerElement.IdCountMax)
        {
            throw new InvalidDataException($"{TokensKey} has {tokens.Count} entries, 1 to {TokenizerElement.IdCountMax} are possible");
        }

        int[] types = Require(metadata.FindIntegers(TypesKey), TypesKey);
        if (types.Length != tokens.Count)
        {
            throw new InvalidDataException($"{TypesKey} has {types.Length} entries, {TokensKey} {tokens.Count}");
        }

        (Dictionary<string, int> ids, List<AddedToken> added) = Sort(tokens, types);
        (string[] patterns, bool prefersWholePieces, bool composes) = Cuts(metadata.Text(CutKey));
        return new TokenizerParts(
            ids, ReadMerges(metadata), added, new PreTokenizer(patterns), prefersWholePieces, composes).Build();
    }

    /// <summary>The word for the cuts of a tokenizer, <c>default</c> where there is none.</summary>
    public static string CutOf(TokenizerParts parts) =>
        Words.FirstOrDefault(word => Cuts(word).Patterns.SequenceEqual(parts.PreTokenizer.Patterns)) ?? "default";

    public static T Require<T>(T? value, string key)
        where T : class => value ?? throw new InvalidDataException($"metadata {key} is missing");

    private static (Dictionary<string, int> Ids, List<AddedToken> Added) Sort(
        IReadOnlyList<string> tokens, int[] types)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var added = new List<AddedToken>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            var type = (GgufTokenType)types[id];
            if (type == GgufTokenType.Unused) continue;
            bool isNew = type == GgufTokenType.Normal ? ids.TryAdd(tokens[id], id) : contents.Add(tokens[id]);
            if (!isNew || tokens[id].Length == 0) throw new InvalidDataException($"{TokensKey}[{id}] is empty or there twice");
            if (type != GgufTokenType.Normal)
            {
                added.Add(new AddedToken(id, tokens[id], IsSpecial: type != GgufTokenType.UserDefined));
            }
        }

        return (ids, added);
    }

    private static List<(string, string)> ReadMerges(GgufMetadata metadata)
    {
        var pairs = new List<(string, string)>();
        foreach (string merge in Require(metadata.FindTexts(MergesKey), MergesKey))
        {
            string[] parts = merge.Split(' ');
            if (parts.Length != 2) throw new InvalidDataException($"{MergesKey}[{pairs.Count}] is not a pair");
            pairs.Add((parts[0], parts[1]));
        }

        return pairs;
    }

    /// <summary>What a word of <c>tokenizer.ggml.pre</c> means; Qwen's tokenizers also compose characters.</summary>
    private static (string[] Patterns, bool PrefersWholePieces, bool Composes) Cuts(string word) => word switch
    {
        "gpt-2" => ([PreTokenizer.Gpt2Pattern], false, false),
        "qwen2" => ([PreTokenizer.QwenPattern], false, true),
        "llama-bpe" or "llama3" or "llama-v3" => ([Llama3Pattern], true, false),
        "tekken" => ([TekkenPattern], true, false),
        "smollm" => ([@"\p{N}", PreTokenizer.Gpt2Pattern], false, false),
        _ => throw new InvalidDataException(
            $"{CutKey} is {word}; supported are {string.Join(", ", Words)}"),
    };
}

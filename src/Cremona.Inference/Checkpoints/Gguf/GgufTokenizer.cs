using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>The tokenizer in GGUF metadata: byte-level BPE (<c>gpt2</c>) or SentencePiece's BPE of characters with
/// scores (<c>llama</c>). A whole <c>tokenizer.json</c> in
/// <c>tokenizer.huggingface.json</c> wins, since GGUF names its cuts only by a word.</summary>
internal static class GgufTokenizer
{
    public const string WholeKey = "tokenizer.huggingface.json";
    public const string ModelKey = "tokenizer.ggml.model";
    public const string CutKey = "tokenizer.ggml.pre";
    public const string TokensKey = "tokenizer.ggml.tokens";
    public const string TypesKey = "tokenizer.ggml.token_type";
    public const string MergesKey = "tokenizer.ggml.merges";
    public const string ScoresKey = "tokenizer.ggml.scores";
    public const string SpaceKey = "tokenizer.ggml.add_space_prefix";
    public const string EndKey = "tokenizer.ggml.eos_token_id";
    public const string TurnEndKey = "tokenizer.ggml.eot_token_id";
    public const string ByteLevelModel = "gpt2";
    public const string CharacterModel = "llama";

    /// <summary>Names of special tokens and the keys of their ids.</summary>
    public static IReadOnlyList<(string Name, string Key)> SpecialIds { get; } =
    [
        ("bos_token", "tokenizer.ggml.bos_token_id"), ("eos_token", EndKey),
        ("pad_token", "tokenizer.ggml.padding_token_id"), ("unk_token", "tokenizer.ggml.unknown_token_id"),
    ];

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
        TokenizerParts parts = metadata.FindText(WholeKey) is { } whole
            ? TokenizerJson.ParseParts(whole)
            : ReadParts(GgufVocabulary.FromMetadata(metadata));
        return parts.Build();
    }

    /// <summary>What makes the tokenizer, from what every program reads of it.</summary>
    /// <exception cref="InvalidDataException">The vocabulary is wrong or of another kind.</exception>
    public static TokenizerParts ReadParts(GgufVocabulary vocabulary)
    {
        int count = vocabulary.Tokens.Count;
        if (count is 0 or > TokenizerElement.IdCountMax)
        {
            throw new InvalidDataException($"{TokensKey} has {count} entries, 1 to {TokenizerElement.IdCountMax} are possible");
        }

        RequireCount(vocabulary.Types.Count, TypesKey, count);
        (Dictionary<string, int> ids, List<AddedToken> added) = Sort(vocabulary);
        if (vocabulary.Model == CharacterModel)
        {
            RequireCount(vocabulary.Scores.Count, ScoresKey, count);
            return GgufCharacterTokenizer.Build(vocabulary, ids, added);
        }

        (string[] patterns, bool prefersWholePieces, bool composes) = Cuts(vocabulary.Cut);
        return new TokenizerParts(ids, ReadMerges(vocabulary.Merges), added, new PreTokenizer(patterns))
        {
            PrefersWholePieces = prefersWholePieces,
            Normalizer = composes ? [new ComposeStep()] : [],
        };
    }

    /// <summary>The special tokens that have names.</summary>
    /// <exception cref="InvalidDataException">An id names no token.</exception>
    public static SpecialTexts ReadSpecialTexts(GgufMetadata metadata)
    {
        IReadOnlyList<string> tokens = Require(metadata.FindTexts(TokensKey), TokensKey);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string key) in SpecialIds)
        {
            if (metadata.FindInteger(key, 0, tokens.Count - 1) is { } id) texts[name] = tokens[id];
        }

        return new SpecialTexts(texts);
    }

    /// <summary>The word for the cuts of a tokenizer, <c>default</c> where there is none.</summary>
    public static string CutOf(TokenizerParts parts) =>
        Words.FirstOrDefault(word => Cuts(word).Patterns.SequenceEqual(parts.PreTokenizer.Patterns)) ?? "default";

    public static T Require<T>(T? value, string key)
        where T : class => value ?? throw new InvalidDataException($"metadata {key} is missing");

    private static void RequireCount(int actual, string key, int count)
    {
        if (actual != count) throw new InvalidDataException($"{key} has {actual} entries, {TokensKey} {count}");
    }

    private static (Dictionary<string, int> Ids, List<AddedToken> Added) Sort(GgufVocabulary vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var added = new List<AddedToken>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            var type = (GgufTokenType)vocabulary.Types[id];
            string token = vocabulary.Tokens[id];
            if (type == GgufTokenType.Unused || token.Length == 0) continue;
            bool isEntry = type is GgufTokenType.Normal or GgufTokenType.Byte;
            bool isNew = isEntry ? ids.TryAdd(token, id) : contents.Add(token);
            if (!isNew) throw new InvalidDataException($"{TokensKey}[{id}] is there twice");
            if (!isEntry) added.Add(new AddedToken(id, token, IsSpecial: type != GgufTokenType.UserDefined));
        }

        // One that stands for a byte is its entry too.
        bool isOfCharacters = vocabulary.Model == CharacterModel;
        foreach (AddedToken token in added)
            if (PieceAlphabet.IsByte(token.Content, isOfCharacters)) ids.TryAdd(token.Content, token.Id);
        return (ids, added);
    }

    private static List<BytePairMerge> ReadMerges(IReadOnlyList<string> merges)
    {
        var pairs = new List<BytePairMerge>();
        foreach (string merge in merges)
        {
            string[] parts = merge.Split(' ');
            if (parts.Length != 2) throw new InvalidDataException($"{MergesKey}[{pairs.Count}] is not a pair");
            pairs.Add(new(parts[0], parts[1], pairs.Count));
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

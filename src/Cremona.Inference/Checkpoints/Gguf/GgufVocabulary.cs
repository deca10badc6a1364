using Cremona.Inference.Templates;
using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>What GGUF keeps of a BPE tokenizer.</summary>
/// <param name="Model"><c>gpt2</c> for bytes with merges, <c>llama</c> for characters with scores.</param>
/// <param name="Tokens">By id, without holes.</param>
/// <param name="Types">By id.</param>
/// <param name="Merges">Pairs with a space between, in order; of bytes.</param>
/// <param name="Scores">By id, higher ones are merged first; of characters.</param>
/// <param name="Cut">The word for the cuts before merging.</param>
/// <param name="WritesFirstSpace">A space stands before the first word; of characters.</param>
/// <param name="Whole">The <c>tokenizer.json</c> it was made from, or null.</param>
internal sealed record GgufVocabulary(
    string Model, IReadOnlyList<string> Tokens, IReadOnlyList<int> Types, IReadOnlyList<string> Merges,
    IReadOnlyList<float> Scores, string Cut, bool WritesFirstSpace, string? Whole)
{
    /// <summary>The special tokens that have names.</summary>
    public SpecialTexts Special { get; init; } = SpecialTexts.None;

    /// <exception cref="InvalidDataException">The text is no tokenizer that is supported.</exception>
    public static GgufVocabulary FromTokenizerJson(string json)
    {
        TokenizerParts parts = TokenizerJson.ParseParts(json);
        int count = parts.Ids.Values.Concat(parts.Added.Select(token => token.Id)).Max() + 1;
        string[] tokens = [.. Enumerable.Range(0, count).Select(id => $"[UNUSED{id}]")];
        int[] types = [.. Enumerable.Repeat((int)GgufTokenType.Unused, count)];
        foreach ((string entry, int id) in parts.Ids)
        {
            bool isByte = parts.IsOfCharacters && CharacterPieces.IsByte(entry, out _);
            (tokens[id], types[id]) = (entry, (int)(isByte ? GgufTokenType.Byte : GgufTokenType.Normal));
        }

        foreach (AddedToken token in parts.Added)
        {
            GgufTokenType type = token.IsSpecial ? GgufTokenType.Control : GgufTokenType.UserDefined;
            (tokens[token.Id], types[token.Id]) = (token.Content, (int)type);
        }

        bool isOfCharacters = parts.IsOfCharacters;
        return new GgufVocabulary(
            isOfCharacters ? GgufTokenizer.CharacterModel : GgufTokenizer.ByteLevelModel, tokens, types,
            isOfCharacters ? [] : [.. parts.Merges.Select(pair => $"{pair.Left} {pair.Right}")],
            isOfCharacters ? ScoresOf(parts, count) : [],
            isOfCharacters ? "default" : GgufTokenizer.CutOf(parts), parts.WritesFirstSpace, json);
    }

    /// <exception cref="InvalidDataException">A key is missing or of another type, or the tokenizer is of another
    /// kind.</exception>
    public static GgufVocabulary FromMetadata(GgufMetadata metadata)
    {
        string model = metadata.Text(GgufTokenizer.ModelKey);
        string? whole = metadata.FindText(GgufTokenizer.WholeKey);
        if (whole is null && model is not (GgufTokenizer.ByteLevelModel or GgufTokenizer.CharacterModel))
        {
            throw new InvalidDataException(
                $"{GgufTokenizer.ModelKey} is {model}; byte-level BPE ({GgufTokenizer.ByteLevelModel}) and BPE of characters ({GgufTokenizer.CharacterModel}) are supported");
        }

        bool isOfCharacters = model == GgufTokenizer.CharacterModel;
        return new GgufVocabulary(
            model,
            GgufTokenizer.Require(metadata.FindTexts(GgufTokenizer.TokensKey), GgufTokenizer.TokensKey),
            GgufTokenizer.Require(metadata.FindIntegers(GgufTokenizer.TypesKey), GgufTokenizer.TypesKey),
            isOfCharacters
                ? []
                : GgufTokenizer.Require(metadata.FindTexts(GgufTokenizer.MergesKey), GgufTokenizer.MergesKey),
            isOfCharacters
                ? GgufTokenizer.Require(metadata.FindFloats(GgufTokenizer.ScoresKey), GgufTokenizer.ScoresKey)
                : [],
            isOfCharacters ? "default" : metadata.Text(GgufTokenizer.CutKey),
            metadata.FindFlag(GgufTokenizer.SpaceKey) ?? true,
            whole)
        {
            Special = GgufTokenizer.ReadSpecialTexts(metadata),
        };
    }

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string token)
    {
        for (int id = 0; id < Tokens.Count; id++)
        {
            if (Tokens[id] == token) return id;
        }

        return null;
    }

    /// <summary>What is merged first scores highest; what no merge makes scores below.</summary>
    private static float[] ScoresOf(TokenizerParts parts, int count)
    {
        float[] scores = [.. Enumerable.Range(0, count).Select(id => -(float)(parts.Merges.Count + id))];
        foreach (BytePairMerge merge in parts.Merges.Reverse())
            scores[parts.Ids[merge.Left + merge.Right]] = -merge.Rank;
        return scores;
    }
}

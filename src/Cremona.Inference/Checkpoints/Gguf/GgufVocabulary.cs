using Cremona.Inference.Tokenizers;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>What GGUF keeps of a byte-level BPE tokenizer.</summary>
/// <param name="Tokens">By id, without holes.</param>
/// <param name="Types">By id.</param>
/// <param name="Merges">Pairs with a space between, in order.</param>
/// <param name="Cut">The word for the cuts before merging.</param>
/// <param name="Whole">The <c>tokenizer.json</c> it was made from, or null.</param>
internal sealed record GgufVocabulary(
    IReadOnlyList<string> Tokens, IReadOnlyList<int> Types, IReadOnlyList<string> Merges, string Cut, string? Whole)
{
    /// <exception cref="InvalidDataException">The text is no tokenizer that is supported.</exception>
    public static GgufVocabulary FromTokenizerJson(string json)
    {
        TokenizerParts parts = TokenizerJson.ParseParts(json);
        int count = parts.Ids.Values.Concat(parts.Added.Select(token => token.Id)).Max() + 1;
        string[] tokens = [.. Enumerable.Range(0, count).Select(id => $"[UNUSED{id}]")];
        int[] types = [.. Enumerable.Repeat((int)GgufTokenType.Unused, count)];
        foreach ((string entry, int id) in parts.Ids) (tokens[id], types[id]) = (entry, (int)GgufTokenType.Normal);
        foreach (AddedToken token in parts.Added)
        {
            GgufTokenType type = token.IsSpecial ? GgufTokenType.Control : GgufTokenType.UserDefined;
            (tokens[token.Id], types[token.Id]) = (token.Content, (int)type);
        }

        return new GgufVocabulary(
            tokens, types, [.. parts.Merges.Select(pair => $"{pair.Left} {pair.Right}")], GgufTokenizer.CutOf(parts), json);
    }

    /// <exception cref="InvalidDataException">A key is missing or of another type.</exception>
    public static GgufVocabulary FromMetadata(GgufMetadata metadata) => new(
        GgufTokenizer.Require(metadata.FindTexts(GgufTokenizer.TokensKey), GgufTokenizer.TokensKey),
        GgufTokenizer.Require(metadata.FindIntegers(GgufTokenizer.TypesKey), GgufTokenizer.TypesKey),
        GgufTokenizer.Require(metadata.FindTexts(GgufTokenizer.MergesKey), GgufTokenizer.MergesKey),
        metadata.Text(GgufTokenizer.CutKey),
        metadata.FindText(GgufTokenizer.WholeKey));
}

using Cremona.Inference.Tokenizers;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Checkpoints.Gguf;

/// <summary>SentencePiece's BPE of characters as GGUF keeps it: no merges, but a score for each token. Two neighbours
/// merge when the vocabulary has what they spell together, the highest score first.</summary>
internal static class GgufCharacterTokenizer
{
    // Longer entries would make the cuts cost more than the file is worth; none of a real vocabulary is.
    private const int EntryLengthMax = 256;

    /// <exception cref="InvalidDataException">A byte has no token, or a score is no number.</exception>
    public static TokenizerParts Build(
        GgufVocabulary vocabulary, Dictionary<string, int> ids, IReadOnlyList<AddedToken> added)
    {
        NormalizerStep[] spaces = [new ReplaceStep(" ", CharacterPieces.Space)];
        return new TokenizerParts(ids, Merges(vocabulary, ids), added, new PreTokenizer([]))
        {
            Normalizer = vocabulary.WritesFirstSpace ? [new PrependStep(CharacterPieces.Space), .. spaces] : spaces,
            IsOfCharacters = true,
            WritesFirstSpace = vocabulary.WritesFirstSpace,
        };
    }

    private static List<BytePairMerge> Merges(GgufVocabulary vocabulary, Dictionary<string, int> ids)
    {
        if (vocabulary.Scores.Any(score => !float.IsFinite(score)))
        {
            throw new InvalidDataException($"{GgufTokenizer.ScoresKey} holds what is no finite number");
        }

        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> parts =
            ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<BytePairMerge>();
        int rank = -1;
        float last = float.NaN;
        foreach ((string entry, int id) in ids.OrderByDescending(entry => vocabulary.Scores[entry.Value]))
        {
            // Equal scores merge from the left, so they share a rank.
            if (vocabulary.Scores[id] != last) (rank, last) = (rank + 1, vocabulary.Scores[id]);
            if (entry.Length > EntryLengthMax || CharacterPieces.IsByte(entry, out _)) continue;
            for (int cut = 1; cut < entry.Length; cut++)
            {
                if (char.IsLowSurrogate(entry[cut])) continue;
                bool areEntries = parts.ContainsKey(entry.AsSpan(0, cut)) && parts.ContainsKey(entry.AsSpan(cut));
                if (areEntries) merges.Add(new(entry[..cut], entry[cut..], rank));
            }
        }

        return merges;
    }
}

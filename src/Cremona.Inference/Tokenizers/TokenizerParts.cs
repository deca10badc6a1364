namespace Cremona.Inference.Tokenizers;

/// <summary>What makes a byte-level BPE tokenizer.</summary>
/// <param name="Ids">Entries in the byte-level alphabet.</param>
/// <param name="Merges">Pairs of entries; earlier ones are merged first.</param>
/// <param name="Added">Tokens beside the merges.</param>
/// <param name="PreTokenizer">The cuts before merging.</param>
/// <param name="PrefersWholePieces">A piece that is an entry is not merged up.</param>
/// <param name="Composes">Text is brought to form C first.</param>
internal sealed record TokenizerParts(
    Dictionary<string, int> Ids, IReadOnlyList<(string Left, string Right)> Merges, IReadOnlyList<AddedToken> Added,
    PreTokenizer PreTokenizer, bool PrefersWholePieces, bool Composes)
{
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public BytePairTokenizer Build() => new(
        new BytePairVocabulary(Ids, Merges, PrefersWholePieces), TokenBytes(), Added, PreTokenizer, Composes);

    /// <summary>The bytes of every id: none for special tokens and holes.</summary>
    private byte[]?[] TokenBytes()
    {
        int count = Ids.Values.Concat(Added.Select(t => t.Id)).DefaultIfEmpty(-1).Max() + 1;
        var bytes = new byte[]?[count];
        var addedIds = Added.Select(t => t.Id).ToHashSet();
        foreach ((string entry, int id) in Ids)
        {
            if (addedIds.Contains(id)) continue;
            if (!ByteLevelAlphabet.TryToBytes(entry, out byte[] value))
                throw new InvalidDataException($"model.vocab entry '{entry}' is not in the byte-level alphabet");
            bytes[id] = value;
        }

        foreach (AddedToken token in Added.Where(t => !t.IsSpecial))
            bytes[token.Id] = System.Text.Encoding.UTF8.GetBytes(token.Content);
        return bytes;
    }
}

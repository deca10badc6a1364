using System.Text;
using Cremona.Inference.Tokenizers.Normalization;

namespace Cremona.Inference.Tokenizers;

/// <summary>What makes a BPE tokenizer.</summary>
/// <param name="Ids">Entries of the vocabulary.</param>
/// <param name="Merges">Pairs of entries, those of lower rank first.</param>
/// <param name="Added">Tokens beside the merges.</param>
/// <param name="PreTokenizer">The cuts before merging.</param>
internal sealed record TokenizerParts(
    Dictionary<string, int> Ids, IReadOnlyList<BytePairMerge> Merges, IReadOnlyList<AddedToken> Added,
    PreTokenizer PreTokenizer)
{
    /// <summary>What is done to text first, in order.</summary>
    public IReadOnlyList<NormalizerStep> Normalizer { get; init; } = [];

    /// <summary>How spaces are written where that is done after normalization; null leaves them.</summary>
    public SpaceStep? Spaces { get; init; }

    /// <summary>A piece that is an entry is not merged up.</summary>
    public bool PrefersWholePieces { get; init; }

    /// <summary>The vocabulary is of characters with bytes to fall back on; otherwise of bytes.</summary>
    public bool IsOfCharacters { get; init; }

    /// <summary>A space stands before the first word, which decoding takes away again.</summary>
    public bool WritesFirstSpace { get; init; }

    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public BytePairTokenizer Build()
    {
        // Without the entry of a byte some texts could not be written, so that is read from text, special or not.
        HashSet<int> special = [.. Added.Where(token => token.IsSpecial && !IsByte(token)).Select(token => token.Id)];
        Dictionary<string, int> readable = Ids.Where(entry => !special.Contains(entry.Value))
            .ToDictionary(StringComparer.Ordinal);
        PieceAlphabet alphabet = IsOfCharacters ? new CharacterPieces(readable) : new ByteLevelPieces(readable);
        var vocabulary = new BytePairVocabulary(Ids, Merges, alphabet, PrefersWholePieces, special);
        return new BytePairTokenizer(this, vocabulary, TokenBytes(alphabet));
    }

    /// <summary>The added token is the entry of a single byte.</summary>
    public bool IsByte(AddedToken token) => Ids.TryGetValue(token.Content, out int id) && id == token.Id
        && PieceAlphabet.IsByte(token.Content, IsOfCharacters);

    /// <summary>The bytes of every id: none for special tokens and holes.</summary>
    private byte[]?[] TokenBytes(PieceAlphabet alphabet)
    {
        int count = Ids.Values.Concat(Added.Select(t => t.Id)).DefaultIfEmpty(-1).Max() + 1;
        var bytes = new byte[]?[count];
        var addedIds = Added.Where(t => !IsByte(t)).Select(t => t.Id).ToHashSet();
        foreach ((string entry, int id) in Ids)
        {
            if (addedIds.Contains(id)) continue;
            if (!alphabet.TryToBytes(entry, out byte[] value))
                throw new InvalidDataException($"model.vocab entry '{entry}' is not in the byte-level alphabet");
            bytes[id] = value;
        }

        foreach (AddedToken token in Added.Where(t => !t.IsSpecial && !IsByte(t)))
            bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        return bytes;
    }
}

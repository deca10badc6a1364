namespace Cremona.Inference.Tokenizers;

/// <summary>The tokens of a BPE model and the order of its merges.</summary>
internal sealed class BytePairVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges;
    private readonly HashSet<int> _unreadable;

    /// <summary>Checks and indexes a vocabulary.</summary>
    /// <param name="ids">Entries, written in the alphabet.</param>
    /// <param name="merges">Pairs of entries, those of lower rank first.</param>
    /// <param name="alphabet">The symbols that merging begins with.</param>
    /// <param name="prefersWholePieces">A piece that is itself an entry is not merged up (<c>ignore_merges</c>,
    /// Llama-3).</param>
    /// <param name="special">Ids that no text becomes, whatever the merges say.</param>
    /// <exception cref="InvalidDataException">A merge names an unknown entry.</exception>
    public BytePairVocabulary(
        Dictionary<string, int> ids, IReadOnlyList<BytePairMerge> merges, PieceAlphabet alphabet,
        bool prefersWholePieces, IEnumerable<int> special)
    {
        _ids = ids;
        _unreadable = [.. special];
        Alphabet = alphabet;
        PrefersWholePieces = prefersWholePieces;
        _merges = new Dictionary<(int, int), (int, int)>(merges.Count);
        for (int i = 0; i < merges.Count; i++)
        {
            (string left, string right, int rank) = merges[i];
            _merges.TryAdd((IdOf(left, i), IdOf(right, i)), (rank, IdOf(left + right, i)));
        }
    }

    private BytePairVocabulary(BytePairVocabulary other, IEnumerable<int> special)
    {
        (_ids, _merges, Alphabet, PrefersWholePieces) =
            (other._ids, other._merges, other.Alphabet, other.PrefersWholePieces);
        _unreadable = [.. other._unreadable, .. special];
    }

    public PieceAlphabet Alphabet { get; }

    public bool PrefersWholePieces { get; }

    /// <summary>The same, with some more ids that no text becomes.</summary>
    public BytePairVocabulary Without(IEnumerable<int> special) => new(this, special);

    public bool TryGetId(string entry, out int id) => _ids.TryGetValue(entry, out id) && !_unreadable.Contains(id);

    public bool TryGetMerge(int left, int right, out (int Rank, int Merged) merge) =>
        _merges.TryGetValue((left, right), out merge) && !_unreadable.Contains(merge.Merged);

    private int IdOf(string entry, int index) =>
        _ids.TryGetValue(entry, out int id)
            ? id
            : throw new InvalidDataException($"model.merges[{index}] makes or uses '{entry}', which is not in model.vocab");
}

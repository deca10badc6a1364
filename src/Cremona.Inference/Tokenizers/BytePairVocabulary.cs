namespace Cremona.Inference.Tokenizers;

/// <summary>The tokens of a byte-level BPE model and the order of its merges.</summary>
internal sealed class BytePairVocabulary
{
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges;

    /// <summary>Checks and indexes a vocabulary.</summary>
    /// <param name="ids">Entries in the byte-level alphabet.</param>
    /// <param name="merges">Pairs of entries; earlier ones are merged first.</param>
    /// <param name="prefersWholePieces">A piece that is itself an entry is not merged up (<c>ignore_merges</c>,
    /// Llama-3).</param>
    /// <exception cref="InvalidDataException">A byte has no entry or a merge names an unknown one.</exception>
    public BytePairVocabulary(
        Dictionary<string, int> ids, IReadOnlyList<(string Left, string Right)> merges, bool prefersWholePieces)
    {
        _ids = ids;
        PrefersWholePieces = prefersWholePieces;
        for (int value = 0; value < 256; value++)
        {
            if (!ids.TryGetValue(ByteLevelAlphabet.ToCharacter((byte)value).ToString(), out _byteIds[value]))
                throw new InvalidDataException($"model.vocab has no entry for byte 0x{value:X2}");
        }

        _merges = new Dictionary<(int, int), (int, int)>(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (string left, string right) = merges[rank];
            _merges.TryAdd((IdOf(left, rank), IdOf(right, rank)), (rank, IdOf(left + right, rank)));
        }
    }

    public bool PrefersWholePieces { get; }

    public int IdOf(byte value) => _byteIds[value];

    public bool TryGetId(string entry, out int id) => _ids.TryGetValue(entry, out id);

    public bool TryGetMerge(int left, int right, out (int Rank, int Merged) merge) =>
        _merges.TryGetValue((left, right), out merge);

    private int IdOf(string entry, int rank) =>
        _ids.TryGetValue(entry, out int id)
            ? id
            : throw new InvalidDataException($"model.merges[{rank}] makes or uses '{entry}', which is not in model.vocab");
}

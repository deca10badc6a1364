using System.Text;
using Cremona.Inference.Tokenizers;

namespace Cremona.Training.Corpus;

/// <summary>Learns the merges of a byte-level BPE vocabulary from counted pieces of text.</summary>
/// <remarks>Pair counts are kept up to date while merging and looked up in a lazily cleaned queue, so a merge costs
/// only the pieces that hold it. Ties are broken by token ids: the same counts give the same vocabulary on any
/// machine.</remarks>
public sealed class BytePairTrainer
{
    private readonly List<string> _entries = [];
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly int _specialCount;
    private readonly List<(int[] Ids, long Count)> _pieces = [];
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _pairPieces = [];
    private readonly PriorityQueue<(int Left, int Right), (long NegatedCount, int Left, int Right)> _queue = new();

    private BytePairTrainer(IReadOnlyList<string> specialTokens)
    {
        foreach (string special in specialTokens) AddEntry(special);
        _specialCount = _entries.Count;

        // GPT-2 numbers the bytes in the order of their stand-ins.
        foreach (char character in Enumerable.Range(0, 256).Select(b => ByteLevelAlphabet.ToCharacter((byte)b)).Order())
            AddEntry(character.ToString());
    }

    /// <summary>Learns a vocabulary.</summary>
    /// <param name="pieceCounts">How often each piece of text occurs, cut as the tokenizer will cut it.</param>
    /// <param name="vocabularySize">Entries at most, special tokens and bytes included.</param>
    /// <param name="specialTokens">They get the ids from 0.</param>
    /// <param name="requiredCharacters">Each of these gets a token of its own, whether or not the pieces hold
    /// it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size does not hold the bytes, special tokens and required
    /// characters.</exception>
    public static TrainedVocabulary Train(
        IReadOnlyDictionary<string, long> pieceCounts, int vocabularySize, IReadOnlyList<string> specialTokens,
        IEnumerable<Rune> requiredCharacters)
    {
        var trainer = new BytePairTrainer(specialTokens);
        foreach (Rune character in requiredCharacters) trainer.AddCharacter(character);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, trainer._entries.Count);

        trainer.LoadPieces(pieceCounts);
        while (trainer._entries.Count < vocabularySize && trainer.TryTakeBestPair(out (int, int) pair))
            trainer.MergeEverywhere(pair);

        return new TrainedVocabulary(trainer._entries, trainer._specialCount, trainer._merges);
    }

    private int AddEntry(string entry)
    {
        if (_ids.TryGetValue(entry, out int id)) return id;
        _ids.Add(entry, _entries.Count);
        _entries.Add(entry);
        return _entries.Count - 1;
    }

    private int AddMerge(int left, int right)
    {
        string merged = _entries[left] + _entries[right];
        if (!_ids.ContainsKey(merged)) _merges.Add((_entries[left], _entries[right]));
        return AddEntry(merged);
    }

    // Characters that share their first bytes share the merges of those.
    private void AddCharacter(Rune character)
    {
        int[] bytes = BytesOf(character.ToString());
        int merged = bytes[0];
        for (int i = 1; i < bytes.Length; i++) merged = AddMerge(merged, bytes[i]);
    }

    private int[] BytesOf(string text) =>
        [.. Encoding.UTF8.GetBytes(text).Select(b => _ids[ByteLevelAlphabet.ToCharacter(b).ToString()])];

    private void LoadPieces(IReadOnlyDictionary<string, long> pieceCounts)
    {
        var ranks = _merges.Select((m, i) => (m, i)).ToDictionary(x => (_ids[x.m.Left], _ids[x.m.Right]), x => x.i);
        foreach ((string piece, long count) in pieceCounts.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            int[] ids = ApplyMerges(BytesOf(piece), ranks);
            int index = _pieces.Count;
            _pieces.Add((ids, count));
            for (int i = 0; i + 1 < ids.Length; i++) Count((ids[i], ids[i + 1]), count, index);
        }

        foreach ((int Left, int Right) pair in _pairCounts.Keys) Enqueue(pair);
    }

    private int[] ApplyMerges(int[] ids, Dictionary<(int, int), int> ranks)
    {
        while (true)
        {
            (int Rank, int Position) best = (int.MaxValue, -1);
            for (int i = 0; i + 1 < ids.Length; i++)
            {
                if (ranks.TryGetValue((ids[i], ids[i + 1]), out int rank) && rank < best.Rank) best = (rank, i);
            }

            if (best.Position < 0) return ids;
            int merged = _ids[_merges[best.Rank].Left + _merges[best.Rank].Right];
            ids = [.. ids[..best.Position], merged, .. ids[(best.Position + 2)..]];
        }
    }

    private void Count((int Left, int Right) pair, long change, int pieceIndex)
    {
        _pairCounts[pair] = _pairCounts.GetValueOrDefault(pair) + change;
        if (!_pairPieces.TryGetValue(pair, out HashSet<int>? pieces)) _pairPieces[pair] = pieces = [];
        pieces.Add(pieceIndex);
    }

    private void Enqueue((int Left, int Right) pair) =>
        _queue.Enqueue(pair, (-_pairCounts[pair], pair.Left, pair.Right));

    // A pair that occurs once only would teach one text by heart.
    private bool TryTakeBestPair(out (int Left, int Right) pair)
    {
        while (_queue.TryDequeue(out pair, out (long NegatedCount, int, int) priority))
        {
            long count = _pairCounts.GetValueOrDefault(pair);
            if (count == -priority.NegatedCount && count > 1) return true;
            if (count > 1 && count < -priority.NegatedCount) Enqueue(pair);
        }

        return false;
    }

    private void MergeEverywhere((int Left, int Right) pair)
    {
        int merged = AddMerge(pair.Left, pair.Right);
        var touched = new HashSet<(int, int)>();
        foreach (int index in _pairPieces[pair])
        {
            (int[] ids, long count) = _pieces[index];
            var result = new List<int>(ids.Length);
            for (int i = 0; i < ids.Length; i++)
            {
                bool isPair = i + 1 < ids.Length && ids[i] == pair.Left && ids[i + 1] == pair.Right;
                result.Add(isPair ? merged : ids[i]);
                if (isPair) i++;
            }

            if (result.Count == ids.Length) continue;
            for (int i = 0; i + 1 < ids.Length; i++) Count((ids[i], ids[i + 1]), -count, index);
            for (int i = 0; i + 1 < result.Count; i++)
            {
                Count((result[i], result[i + 1]), count, index);
                touched.Add((result[i], result[i + 1]));
            }

            _pieces[index] = ([.. result], count);
        }

        _pairCounts.Remove(pair);
        _pairPieces.Remove(pair);
        foreach ((int, int) next in touched) Enqueue(next);
    }
}

namespace Cremona.Inference.Tokenizers;

/// <summary>Merges the symbols of one piece into tokens: always the pair of lowest rank, the leftmost first.</summary>
/// <remarks>A linked list with a queue of candidates, so that a piece of n symbols costs n log n even when it is one
/// long word.</remarks>
internal static class BytePairMerger
{
    public static int[] Merge(BytePairVocabulary vocabulary, ReadOnlySpan<char> piece)
    {
        if (piece.IsEmpty) return [];
        if (vocabulary.PrefersWholePieces && vocabulary.TryGetId(vocabulary.Alphabet.EntryOf(piece), out int whole))
            return [whole];

        var symbols = new List<int>(piece.Length);
        vocabulary.Alphabet.AddSymbols(piece, symbols);
        int[] ids = [.. symbols];
        var next = new int[ids.Length];
        var previous = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            next[i] = i + 1 < ids.Length ? i + 1 : -1;
            previous[i] = i - 1;
        }

        var candidates = new PriorityQueue<Candidate, (int Rank, int Position)>();
        for (int i = 0; i + 1 < ids.Length; i++) Propose(vocabulary, ids, i, i + 1, candidates);

        while (candidates.TryDequeue(out Candidate candidate, out (int Rank, int Position) priority))
        {
            int left = priority.Position;
            int right = next[left];

            // Stale when either side has been merged into something else since it was proposed.
            if (right < 0 || ids[left] != candidate.Left || ids[right] != candidate.Right) continue;

            ids[left] = candidate.Merged;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Propose(vocabulary, ids, left, next[left], candidates);
            }

            if (previous[left] >= 0) Propose(vocabulary, ids, previous[left], left, candidates);
        }

        return [.. ids.Where(id => id >= 0)];
    }

    private static void Propose(
        BytePairVocabulary vocabulary, int[] ids, int left, int right, PriorityQueue<Candidate, (int, int)> candidates)
    {
        if (vocabulary.TryGetMerge(ids[left], ids[right], out (int Rank, int Merged) merge))
            candidates.Enqueue(new Candidate(ids[left], ids[right], merge.Merged), (merge.Rank, left));
    }

    private readonly record struct Candidate(int Left, int Right, int Merged);
}

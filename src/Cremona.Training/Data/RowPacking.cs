using Cremona.Training.Backward;

namespace Cremona.Training.Data;

/// <summary>Rows to the batches of a trainer.</summary>
public static class RowPacking
{
    /// <summary>Packs rows one after another.</summary>
    public static PackedBatch Pack(IReadOnlyList<TokenizedRow> rows)
    {
        int[] starts = new int[rows.Count];
        for (int row = 1; row < rows.Count; row++) starts[row] = starts[row - 1] + rows[row - 1].Tokens.Length;
        return new PackedBatch(
            [.. rows.SelectMany(row => row.Tokens)], [.. rows.SelectMany(row => row.IsLearned)], starts)
        {
            Distributions = rows.Any(row => row.Distributions != null)
                ? [.. rows.SelectMany(row => row.Distributions ?? new TokenDistribution?[row.Tokens.Length])]
                : null,
        };
    }

    /// <summary>Packs rows in order into as few batches of at most so many tokens as that order allows.</summary>
    /// <param name="rows">None longer than <paramref name="tokensMax"/>.</param>
    /// <param name="tokensMax">Tokens of a batch.</param>
    public static IEnumerable<PackedBatch> PackPieces(IEnumerable<TokenizedRow> rows, int tokensMax)
    {
        var piece = new List<TokenizedRow>();
        int tokens = 0;
        foreach (TokenizedRow row in rows)
        {
            if (piece.Count > 0 && tokens + row.Tokens.Length > tokensMax)
            {
                yield return Pack(piece);
                (piece, tokens) = ([], 0);
            }

            piece.Add(row);
            tokens += row.Tokens.Length;
        }

        if (piece.Count > 0) yield return Pack(piece);
    }

    /// <summary>Targets in the loss of a batch; a row's first token never is one.</summary>
    public static int LearnedCount(PackedBatch batch) =>
        batch.IsLearned.Count(isLearned => isLearned) - batch.SequenceStarts.Count(start => batch.IsLearned[start]);
}

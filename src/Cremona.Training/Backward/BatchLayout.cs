namespace Cremona.Training.Backward;

/// <summary>Where things lie in one <see cref="PackedBatch"/>: rows, positions, and the pairs of source position and
/// target token that make the loss. Built once per batch; checks the batch.</summary>
internal sealed class BatchLayout
{
    private readonly int[] _positions;
    private readonly int[] _sources;
    private readonly int[] _targets;
    private readonly TokenDistribution?[] _distributions;

    public BatchLayout(int tokenCapacity)
    {
        _positions = new int[tokenCapacity];
        _sources = new int[tokenCapacity];
        _targets = new int[tokenCapacity];
        _distributions = new TokenDistribution?[tokenCapacity];
    }

    public int[] Tokens { get; private set; } = [];

    public int TokenCount { get; private set; }

    /// <summary>Row r is the tokens from its start to its end, exclusive.</summary>
    public IReadOnlyList<(int Start, int End)> Rows => _rows;

    private readonly List<(int Start, int End)> _rows = [];

    /// <summary>Position of each token within its row.</summary>
    public int[] Positions => _positions;

    public int LearnedCount { get; private set; }

    /// <summary>Positions whose logits are needed, ascending; the first <see cref="LearnedCount"/> are valid.</summary>
    public int[] Sources => _sources;

    /// <summary>The token each source must predict.</summary>
    public int[] Targets => _targets;

    /// <summary>What each source must predict instead of its target; null where it is the target.</summary>
    public TokenDistribution?[] Distributions => _distributions;

    /// <summary>Reads a batch. Throws <see cref="ArgumentException"/> when it breaks a rule of
    /// <see cref="PackedBatch"/>.</summary>
    public void Read(PackedBatch batch, int vocabularySize, int rowLengthMax)
    {
        Check(batch, vocabularySize);
        Tokens = batch.Tokens;
        TokenCount = batch.Tokens.Length;
        LearnedCount = 0;
        _rows.Clear();
        for (int row = 0; row < batch.SequenceStarts.Length; row++)
        {
            int start = batch.SequenceStarts[row];
            int end = row + 1 < batch.SequenceStarts.Length ? batch.SequenceStarts[row + 1] : TokenCount;
            if (end <= start)
                throw new ArgumentException($"Row {row} of the batch is empty or out of order.", nameof(batch));
            if (end - start > rowLengthMax)
                throw new ArgumentException(
                    $"Row {row} has {end - start} tokens, more than the model's context of {rowLengthMax}.",
                    nameof(batch));
            _rows.Add((start, end));
            ReadRow(batch, start, end);
        }
    }

    private void ReadRow(PackedBatch batch, int start, int end)
    {
        _positions[start] = 0;
        for (int t = start + 1; t < end; t++)
        {
            _positions[t] = t - start;
            if (!batch.IsLearned[t])
                continue;
            _sources[LearnedCount] = t - 1;
            _distributions[LearnedCount] = batch.Distributions?[t];
            _targets[LearnedCount++] = batch.Tokens[t];
        }
    }

    private void Check(PackedBatch batch, int vocabularySize)
    {
        if (batch.Tokens.Length > _positions.Length)
            throw new ArgumentException(
                $"The batch has {batch.Tokens.Length} tokens, the trainer's capacity is {_positions.Length}.",
                nameof(batch));
        if (batch.IsLearned.Length != batch.Tokens.Length)
            throw new ArgumentException("IsLearned must be as long as Tokens.", nameof(batch));
        if (batch.Distributions != null && batch.Distributions.Length != batch.Tokens.Length)
            throw new ArgumentException("Distributions must be as long as Tokens.", nameof(batch));
        if (batch.SequenceStarts.Length == 0 || batch.SequenceStarts[0] != 0)
            throw new ArgumentException("SequenceStarts must begin with 0.", nameof(batch));
        int bad = batch.Tokens.AsSpan().IndexOfAnyExceptInRange(0, vocabularySize - 1);
        if (bad >= 0)
            throw new ArgumentException(
                $"Token {batch.Tokens[bad]} at {bad} is outside the vocabulary of {vocabularySize}.", nameof(batch));
    }
}

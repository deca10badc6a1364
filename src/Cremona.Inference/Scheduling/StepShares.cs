namespace Cremona.Inference.Scheduling;

/// <summary>Divides the tokens that a step may compute beside one of each sequence that generates: those of prompts and
/// of texts that grammars force. Groups get equal parts, each for its oldest sequence first; what a group does not need
/// goes to the others. Decides the cut of prompts and forced texts only, on which no result depends.</summary>
/// <param name="sequencesMax">Sequences that run at a time, at most.</param>
internal sealed class StepShares(int sequencesMax)
{
    private readonly int[] _shares = new int[sequencesMax];
    private readonly List<string> _groups = []; // those that want a share
    private int _first; // the group that gets the odd token: another in each step

    /// <param name="sequences">Those that run, oldest first.</param>
    /// <param name="tokensMax">Tokens of all shares together, at least 0.</param>
    /// <returns>[sequences], each at most its <see cref="GenerationSequence.SharedTokensLeft"/>; good until the next
    /// call.</returns>
    public ReadOnlySpan<int> Divide(List<GenerationSequence> sequences, int tokensMax)
    {
        _shares.AsSpan().Clear();
        _groups.Clear();
        foreach (GenerationSequence sequence in sequences)
        {
            if (sequence.SharedTokensLeft > 0 && !_groups.Contains(sequence.Group)) _groups.Add(sequence.Group);
        }

        int left = tokensMax;
        for (int i = 0; i < _groups.Count; i++)
        {
            int groupsLeft = _groups.Count - i;
            string group = _groups[(_first + i) % _groups.Count];
            left -= Give(sequences, group, (left + groupsLeft - 1) / groupsLeft);
        }

        Give(sequences, null, left); // What the groups before did not get and those behind did not need.
        _first = _groups.Count == 0 ? 0 : (_first + 1) % _groups.Count;
        return _shares.AsSpan(0, sequences.Count);
    }

    /// <returns>What was taken.</returns>
    private int Give(List<GenerationSequence> sequences, string? group, int tokens)
    {
        int left = tokens;
        for (int i = 0; i < sequences.Count && left > 0; i++)
        {
            if (group is not null && sequences[i].Group != group) continue;
            int more = Math.Min(sequences[i].SharedTokensLeft - _shares[i], left);
            _shares[i] += more;
            left -= more;
        }

        return tokens - left;
    }
}

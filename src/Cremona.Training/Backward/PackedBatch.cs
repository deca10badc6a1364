namespace Cremona.Training.Backward;

/// <summary>Training rows packed one after another. No token sees another row, and positions restart at each row's
/// start.</summary>
/// <param name="Tokens">The ids of all rows, concatenated.</param>
/// <param name="IsLearned">True where this token is a target, predicted from the token before it in the same row; as
/// long as <paramref name="Tokens"/>. The first token of a row has nothing before it and is never a target, whatever is
/// said here.</param>
/// <param name="SequenceStarts">Index of each row's first token, ascending; the first is 0.</param>
public sealed record PackedBatch(int[] Tokens, bool[] IsLearned, int[] SequenceStarts)
{
    /// <summary>Where not null, this is learned in place of the token itself; as long as <see cref="Tokens"/>, or null
    /// when there is none.</summary>
    public TokenDistribution?[]? Distributions { get; init; }
}

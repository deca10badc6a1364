using Cremona.Training.Backward;

namespace Cremona.Training.Data;

/// <summary>One training example as token ids.</summary>
/// <param name="Tokens">The ids of the whole dialogue.</param>
/// <param name="IsLearned">True where predicting this token counts in the loss; as long as
/// <paramref name="Tokens"/>.</param>
public sealed record TokenizedRow(int[] Tokens, bool[] IsLearned)
{
    /// <summary>Where not null, this is learned in place of the token itself; as long as <see cref="Tokens"/>, or null
    /// when there is none.</summary>
    public TokenDistribution?[]? Distributions { get; init; }
}

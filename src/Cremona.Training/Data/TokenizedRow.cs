namespace Cremona.Training.Data;

/// <summary>One training example as token ids.</summary>
/// <param name="Tokens">The ids of the whole dialogue.</param>
/// <param name="IsLearned">True where predicting this token counts in the loss; as long as
/// <paramref name="Tokens"/>.</param>
public sealed record TokenizedRow(int[] Tokens, bool[] IsLearned);

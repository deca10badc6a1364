namespace Cremona.Inference.KvCache;

/// <summary>Neighbouring rows of a batch that belong to one sequence and attend together.</summary>
/// <param name="Cache">Keys and values of the sequence, those of the rows already written.</param>
/// <param name="FirstRow">First row in the batch.</param>
/// <param name="RowCount">Rows, at least 1.</param>
/// <param name="FirstPosition">Position of the first row in its sequence.</param>
internal readonly record struct AttentionBlock(SequenceCache Cache, int FirstRow, int RowCount, int FirstPosition);

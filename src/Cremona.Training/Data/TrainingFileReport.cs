namespace Cremona.Training.Data;

/// <summary>What reading a training file found.</summary>
/// <param name="Rows">The rows, in file order; empty when there is a fault.</param>
/// <param name="TokenCount">Tokens of all rows, one pass.</param>
/// <param name="Fault">The first fault, or null.</param>
public sealed record TrainingFileReport(IReadOnlyList<TokenizedRow> Rows, long TokenCount, TrainingFileFault? Fault);

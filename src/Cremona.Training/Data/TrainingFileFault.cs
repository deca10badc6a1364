namespace Cremona.Training.Data;

/// <summary>Why a training file was refused.</summary>
/// <param name="Line">1-based line, or 0 when the fault is of the whole file.</param>
/// <param name="Reason">Names the field, the reason and the remedy; safe to show.</param>
public sealed record TrainingFileFault(int Line, string Reason);

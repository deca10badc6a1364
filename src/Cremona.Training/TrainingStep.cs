namespace Cremona.Training;

/// <summary>Progress after one optimiser step.</summary>
/// <param name="Step">1-based.</param>
/// <param name="StepCount">Steps of the whole run.</param>
/// <param name="TrainLoss">Mean loss of the step's learned tokens.</param>
/// <param name="ValidationLoss">Loss on the validation rows when it was measured at this step, else null.</param>
/// <param name="TokenCount">Tokens processed since the run began, over all attempts.</param>
public sealed record TrainingStep(int Step, int StepCount, double TrainLoss, double? ValidationLoss, long TokenCount);

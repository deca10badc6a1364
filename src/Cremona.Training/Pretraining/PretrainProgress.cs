namespace Cremona.Training.Pretraining;

/// <summary>Where a pretraining run is, after one step.</summary>
/// <param name="Step">The step with its losses.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="TokensPerSecond">Since this attempt began, validation and checkpoints included.</param>
/// <param name="TimeLeft">At that speed.</param>
/// <param name="MatrixRateShare">Arithmetic of the steps alone, as a share of what this machine's matrix multiplication
/// reached when the run began, 0 to 1.</param>
public sealed record PretrainProgress(
    TrainingStep Step, double LearningRate, double TokensPerSecond, TimeSpan TimeLeft, double MatrixRateShare);

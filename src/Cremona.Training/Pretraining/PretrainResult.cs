namespace Cremona.Training.Pretraining;

/// <summary>What a finished run leaves besides the model folder.</summary>
/// <param name="Steps">Every step, over all attempts, in order.</param>
/// <param name="BestValidationLoss">Of the weights that were written, in nats per learned token.</param>
/// <param name="CheckpointFaults">Checkpoints that were damaged and passed over when this attempt began.</param>
public sealed record PretrainResult(
    IReadOnlyList<TrainingStep> Steps, double BestValidationLoss, IReadOnlyList<string> CheckpointFaults);

namespace Cremona.Training;

/// <summary>The three hyperparameters of the wire, with its documented defaults.</summary>
/// <param name="BatchSize">Rows per optimiser step, 1 to 100.</param>
/// <param name="LearningRateMultiplier">1e-6 to 1; the default 1e-4 stands for the trainer's own best learning rate,
/// and the rate scales with it.</param>
/// <param name="EpochCount">Passes over the training file, 1 to 100.</param>
public sealed record FineTuneHyperparameters(int BatchSize = 1, double LearningRateMultiplier = 1e-4,
    int EpochCount = 5);

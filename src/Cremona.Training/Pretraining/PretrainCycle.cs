namespace Cremona.Training.Pretraining;

/// <summary>One rise and fall of the learning rate; several after one another are warm restarts (Loshchilov and Hutter,
/// 2017).</summary>
public sealed record PretrainCycle
{
    /// <summary>Optimiser steps.</summary>
    public required int StepCount { get; init; }

    /// <summary>Peak of the learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Last learning rate as a share of the peak.</summary>
    public double LearningRateFloor { get; init; } = 0.03;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; } = 50;

    internal LearningRateSchedule ToSchedule() => new(LearningRate, WarmupSteps, StepCount, LearningRateFloor);

    internal void Check()
    {
        PretrainRecipe.Require(StepCount is >= 1 and <= 1_000_000, nameof(StepCount), "1 to 1000000");
        PretrainRecipe.Require(LearningRate is > 0 and < 1, nameof(LearningRate), "above 0 and below 1");
        PretrainRecipe.Require(LearningRateFloor is >= 0 and <= 1, nameof(LearningRateFloor), "0 to 1");
        PretrainRecipe.Require(WarmupSteps >= 0 && WarmupSteps <= StepCount, nameof(WarmupSteps), "0 to step_count");
    }
}

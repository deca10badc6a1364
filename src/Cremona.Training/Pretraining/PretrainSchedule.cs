namespace Cremona.Training.Pretraining;

/// <summary>Length, rates and measurements of a pretraining run.</summary>
public sealed record PretrainSchedule
{
    /// <summary>Optimiser steps.</summary>
    public required int StepCount { get; init; }

    /// <summary>Tokens of a step, at most; whole dialogues are packed into it.</summary>
    public required int TokensPerStep { get; init; }

    /// <summary>Peak of the learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Last learning rate as a share of the peak.</summary>
    public double LearningRateFloor { get; init; } = 0.05;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Decoupled weight decay of matrices.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>AdamW's decay of the mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Gradients are scaled down to this norm.</summary>
    public double GradientNormMax { get; init; } = 1;

    /// <summary>Share of dialogues of which every token is learned; of the others only what the assistant says.</summary>
    public double WholeDialogueShare { get; init; } = 0.1;

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointSteps { get; init; } = 100;

    /// <summary>Steps between two measurements on the validation dialogues; the best weights are written then.</summary>
    public int ValidationSteps { get; init; } = 200;

    /// <summary>Validation dialogues.</summary>
    public int ValidationSamples { get; init; } = 200;

    internal void Check()
    {
        PretrainRecipe.Require(StepCount is >= 1 and <= 10_000_000, nameof(StepCount), "1 to 10000000");
        PretrainRecipe.Require(TokensPerStep is >= 64 and <= 1 << 20, nameof(TokensPerStep), "64 to 1048576");
        PretrainRecipe.Require(LearningRate is > 0 and < 1, nameof(LearningRate), "above 0 and below 1");
        PretrainRecipe.Require(LearningRateFloor is >= 0 and <= 1, nameof(LearningRateFloor), "0 to 1");
        PretrainRecipe.Require(WarmupSteps >= 0 && WarmupSteps <= StepCount, nameof(WarmupSteps), "0 to step_count");
        PretrainRecipe.Require(WeightDecay is >= 0 and < 1, nameof(WeightDecay), "0 to below 1");
        PretrainRecipe.Require(Beta2 is >= 0 and < 1, nameof(Beta2), "0 to below 1");
        PretrainRecipe.Require(GradientNormMax > 0, nameof(GradientNormMax), "above 0");
        PretrainRecipe.Require(WholeDialogueShare is >= 0 and <= 1, nameof(WholeDialogueShare), "0 to 1");
        PretrainRecipe.Require(CheckpointSteps >= 1, nameof(CheckpointSteps), "at least 1");
        PretrainRecipe.Require(ValidationSteps >= 1, nameof(ValidationSteps), "at least 1");
        PretrainRecipe.Require(ValidationSamples is >= 1 and <= 100_000, nameof(ValidationSamples), "1 to 100000");
    }
}

namespace Cremona.Training.Pretraining;

/// <summary>Length, rates and measurements of a pretraining run. The learning rate rises, stays, and falls to nothing
/// at the end (warm-up, plateau, decay: Hägele et al., 2024, "Scaling Laws and Compute-Optimal Training Beyond Fixed
/// Training Durations"), so a run can be made longer from where its decay began.</summary>
public sealed record PretrainSchedule
{
    /// <summary>What changes the parameters.</summary>
    public PretrainOptimizer Optimizer { get; init; }

    /// <summary>Optimiser steps.</summary>
    public required int StepCount { get; init; }

    /// <summary>The rate of the plateau.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Steps of linear rise at the beginning.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Steps of linear fall at the end.</summary>
    public required int DecaySteps { get; init; }

    /// <summary>Tokens of a step, at most; whole dialogues are packed into it.</summary>
    public required int TokensPerStep { get; init; }

    /// <summary>Decoupled weight decay of matrices.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>AdamW's decay of the mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Gradients are scaled down to this norm.</summary>
    public double GradientNormMax { get; init; } = 1;

    /// <summary>Share of dialogues of which every token is learned; of the others only what the assistant
    /// says.</summary>
    public double WholeDialogueShare { get; init; } = 0.1;

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointSteps { get; init; } = 100;

    /// <summary>Steps between two measurements on the validation dialogues; the best weights are written
    /// then.</summary>
    public int ValidationSteps { get; init; } = 200;

    /// <summary>Validation dialogues.</summary>
    public int ValidationSamples { get; init; } = 200;

    /// <summary>The last step before the fall; up to it, steps do not depend on how long the run is.</summary>
    internal int PlateauEnd => StepCount - DecaySteps;

    /// <summary>The rate of a step, 1 to <see cref="StepCount"/>.</summary>
    public double LearningRateAt(int step)
    {
        if (step <= WarmupSteps) return LearningRate * step / WarmupSteps;
        return step <= PlateauEnd ? LearningRate : LearningRate * (StepCount - step + 1) / (DecaySteps + 1);
    }

    internal void Check()
    {
        PretrainRecipe.Require(StepCount is >= 1 and <= 10_000_000, nameof(StepCount), "1 to 10000000");
        PretrainRecipe.Require(LearningRate is > 0 and < 1, nameof(LearningRate), "above 0 and below 1");
        PretrainRecipe.Require(DecaySteps >= 0 && DecaySteps <= StepCount, nameof(DecaySteps), "0 to step_count");
        PretrainRecipe.Require(WarmupSteps >= 0 && WarmupSteps <= PlateauEnd, nameof(WarmupSteps), "0 to step_count - decay_steps");
        PretrainRecipe.Require(TokensPerStep is >= 64 and <= 1 << 20, nameof(TokensPerStep), "64 to 1048576");
        PretrainRecipe.Require(WeightDecay is >= 0 and < 1, nameof(WeightDecay), "0 to below 1");
        PretrainRecipe.Require(Beta2 is >= 0 and < 1, nameof(Beta2), "0 to below 1");
        PretrainRecipe.Require(GradientNormMax > 0, nameof(GradientNormMax), "above 0");
        PretrainRecipe.Require(WholeDialogueShare is >= 0 and <= 1, nameof(WholeDialogueShare), "0 to 1");
        PretrainRecipe.Require(CheckpointSteps >= 1, nameof(CheckpointSteps), "at least 1");
        PretrainRecipe.Require(ValidationSteps >= 1, nameof(ValidationSteps), "at least 1");
        PretrainRecipe.Require(ValidationSamples is >= 1 and <= 100_000, nameof(ValidationSamples), "1 to 100000");
    }
}

using System.Text.Json.Serialization;

namespace Cremona.Training.Pretraining;

/// <summary>Length, rates and measurements of a pretraining run.</summary>
public sealed record PretrainSchedule
{
    /// <summary>Rises and falls of the learning rate, one after another; at least one.</summary>
    public required IReadOnlyList<PretrainCycle> Cycles { get; init; }

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

    /// <summary>Optimiser steps of all cycles.</summary>
    [JsonIgnore]
    public int StepCount => Cycles.Sum(cycle => cycle.StepCount);

    /// <summary>The rate of a step, 1 to <see cref="StepCount"/>.</summary>
    public double LearningRateAt(int step)
    {
        int cycle = 0;
        for (; step > Cycles[cycle].StepCount; cycle++) step -= Cycles[cycle].StepCount;
        return Cycles[cycle].ToSchedule().At(step);
    }

    internal void Check()
    {
        PretrainRecipe.Require(Cycles.Count is >= 1 and <= 1000, nameof(Cycles), "a list of 1 to 1000");
        foreach (PretrainCycle cycle in Cycles) cycle.Check();
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

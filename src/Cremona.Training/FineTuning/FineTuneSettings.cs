using Cremona.Inference.Architectures;
using Cremona.Training.Backward;
using Cremona.Training.Optimizers;

namespace Cremona.Training.FineTuning;

/// <summary>What the wire's three hyperparameters leave open. The defaults suit 10 to 100 rows.</summary>
public sealed record FineTuneSettings
{
    /// <summary>The multiplier of the wire at which the peak rate is <see cref="BaseLearningRate"/>.</summary>
    public const double ReferenceMultiplier = 1e-4;

    /// <summary>Width up to which <see cref="BaseLearningRate"/> is used as it is; wider models get a lower
    /// one.</summary>
    private const double ReferenceHiddenSize = 256;

    /// <summary>Peak learning rate at the wire's default multiplier, for models as narrow as nano.</summary>
    public double BaseLearningRate { get; init; } = 2e-3;

    /// <summary>Last learning rate as a share of the peak.</summary>
    public double LearningRateFloor { get; init; } = 0.1;

    /// <summary>One step in so many is warm-up.</summary>
    public int WarmupShare { get; init; } = 20;

    /// <summary>Gradients are scaled down to this norm.</summary>
    public double GradientNormMax { get; init; } = 1;

    /// <summary>A batch is computed in pieces of this many tokens, or of the longest row when that is longer.</summary>
    public int PieceTokens { get; init; } = 2048;

    /// <summary>Width of the adapter's update.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>PEFT's <c>lora_alpha</c>. Twice the rank: four times that learns no faster on nano and forgets more of
    /// what the base could.</summary>
    public float Alpha { get; init; } = 32;

    /// <summary>Dialogues of the base model's own that are learned beside the rows, as many in a step as there are
    /// rows; see <see cref="Rehearsal"/>. 0 goes without.</summary>
    public int RehearsalRows { get; init; } = 256;

    /// <summary>Weight of a rehearsed token's loss beside that of a row's.</summary>
    public float RehearsalWeight { get; init; } = 1.5f;

    /// <summary>Decoupled weight decay of the adapter's matrices.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>An adapter on every linear layer, PEFT's <c>all-linear</c>.</summary>
    internal LoraSettings ToLora() => new(Rank, Alpha, LinearKinds.All);

    internal AdamWOptions ToOptimizer() => new() { Beta2 = Beta2, WeightDecay = WeightDecay };

    /// <summary>The rate over a run of so many steps. Wide models bear less: the rate falls with the hidden size to the
    /// power of 1.5, which meets the rates in use for models of 1000 to 4000 wide.</summary>
    internal LearningRateSchedule ToSchedule(double learningRateMultiplier, int hiddenSize, int stepCount) => new(
        BaseLearningRate * Math.Min(1, Math.Pow(ReferenceHiddenSize / hiddenSize, 1.5))
            * (learningRateMultiplier / ReferenceMultiplier),
        Math.Max(1, stepCount / WarmupShare),
        stepCount,
        LearningRateFloor);
}

namespace Cremona.Training.Checkpoints;

/// <summary>Everything that a training run needs to go on from where it was, exactly.</summary>
public sealed record TrainerState
{
    /// <summary>Identifies request and base; a run goes on only from a state with its own.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Optimiser steps taken.</summary>
    public required int Step { get; init; }

    /// <summary>Where in the data the next step begins; its unit is the run's own.</summary>
    public required long DataPosition { get; init; }

    /// <summary>Lowest validation loss so far; infinity before the first.</summary>
    public required double BestValidationLoss { get; init; }

    /// <summary>Every step so far, in order.</summary>
    public required IReadOnlyList<TrainingStep> History { get; init; }

    /// <summary>Parameters and their moments, in the trainer's order.</summary>
    public required IReadOnlyList<TensorState> Tensors { get; init; }
}

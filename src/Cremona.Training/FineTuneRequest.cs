using Cremona.Inference.Checkpoints;
using Cremona.Training.Data;

namespace Cremona.Training;

/// <summary>A fine-tuning run of LoRA over a frozen base.</summary>
public sealed record FineTuneRequest
{
    public required LanguageModel BaseModel { get; init; }

    /// <summary>Written into the adapter's <c>base_model_name_or_path</c>.</summary>
    public required string BaseModelName { get; init; }

    public required IReadOnlyList<TokenizedRow> TrainingRows { get; init; }

    /// <summary>May be empty.</summary>
    public required IReadOnlyList<TokenizedRow> ValidationRows { get; init; }

    public required FineTuneHyperparameters Hyperparameters { get; init; }

    /// <summary>Checkpoints live here; a run that finds a valid one goes on from it. The same request in an empty
    /// folder and in one left by a killed run gives byte-identical adapters.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Determines initialisation and data order.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Threads of the compute pool, which takes 256 at most; the result does not depend on it.</summary>
    public int ThreadCount { get; init; } = Environment.ProcessorCount;

    /// <summary>Least time between two checkpoints.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Clock for the checkpoint interval.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

namespace Cremona.Training.Checkpoints;

/// <summary>What looking for a checkpoint found.</summary>
/// <param name="State">The newest whole one, or null.</param>
/// <param name="Faults">Newer ones that were passed over, and why.</param>
public sealed record CheckpointSearch(TrainerState? State, IReadOnlyList<string> Faults);

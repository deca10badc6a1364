namespace Cremona.Training.Checkpoints;

/// <summary>A work folder holds checkpoints of another request or base model.</summary>
public sealed class CheckpointMismatchException(string message) : Exception(message);

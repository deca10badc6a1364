namespace Cremona.Training;

/// <summary>What a finished run leaves.</summary>
/// <param name="AdapterFolder">PEFT folder (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>) inside the
/// work folder.</param>
/// <param name="Steps">Every step of the run, over all attempts, in order.</param>
/// <param name="LargestLogitDifference">Largest absolute difference between training, adapter-served and merged logits
/// on sample rows.</param>
public sealed record FineTuneResult(string AdapterFolder, IReadOnlyList<TrainingStep> Steps,
    double LargestLogitDifference)
{
    /// <summary>Checkpoints that were damaged and passed over when this attempt began, and why.</summary>
    public IReadOnlyList<string> CheckpointFaults { get; init; } = [];
}

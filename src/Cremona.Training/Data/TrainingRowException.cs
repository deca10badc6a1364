namespace Cremona.Training.Data;

/// <summary>A row cannot be trained on; the message names the field and the reason and is safe to show.</summary>
internal sealed class TrainingRowException(string reason) : Exception(reason);

namespace Cremona.Training;

/// <summary>A loss or a gradient stopped being a finite number; a lower learning rate may help.</summary>
public sealed class TrainingDivergedException(int step)
    : Exception($"The loss is no longer a finite number at step {step}; try a lower learning rate.")
{
    /// <summary>1-based.</summary>
    public int Step { get; } = step;
}

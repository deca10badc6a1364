namespace Cremona.Training;

/// <summary>Linear warm-up, then half a cosine down to a share of the peak.</summary>
/// <param name="Peak">The largest rate.</param>
/// <param name="WarmupSteps">Steps until the peak; 0 begins at it.</param>
/// <param name="StepCount">Steps of the run.</param>
/// <param name="FloorShare">Rate of the last step as a share of the peak, 0 to 1.</param>
public sealed record LearningRateSchedule(double Peak, int WarmupSteps, int StepCount, double FloorShare)
{
    /// <summary>The rate of a step, 1 to <see cref="StepCount"/>.</summary>
    public double At(int step)
    {
        if (step <= WarmupSteps) return Peak * step / WarmupSteps;
        double share = (double)(step - WarmupSteps) / Math.Max(1, StepCount - WarmupSteps);
        return Peak * (FloorShare + ((1 - FloorShare) * 0.5 * (1 + Math.Cos(Math.PI * share))));
    }
}

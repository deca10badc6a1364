using System.Globalization;
using Cremona.Training;
using Cremona.Training.Pretraining;

namespace Cremona.Cli.Commands.Pretraining;

/// <summary>A pretraining run's progress as words: step, losses, speed and the time left.</summary>
public static class PretrainText
{
    public static string Describe(PretrainProgress progress)
    {
        TrainingStep step = progress.Step;
        string validation = step.ValidationLoss is { } loss
            ? string.Create(CultureInfo.InvariantCulture, $"  validation {loss:0.000}")
            : "";

        // Hours go on beyond a day, which a format of TimeSpan would leave out.
        int hours = (int)progress.TimeLeft.TotalHours;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {step.Step}/{step.StepCount}  loss {step.TrainLoss:0.000}{validation}  {progress.TokensPerSecond:#,0} tokens/s"
            + $"  {progress.MatrixRateShare:0 %} of the matrix rate  {hours:00}:{progress.TimeLeft:mm\\:ss} left");
    }
}

using System.Globalization;
using Cremona.Cli.Client;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Progress as words: step, loss, speed, and the time left judged by the steps seen so far.</summary>
public sealed class ProgressText(TimeProvider clock)
{
    private long? _startedAt;
    private int _startStep;

    public string Describe(RemoteProgress progress)
    {
        string loss = progress.TrainLoss is { } train ? $"  loss {Number(train, "0.000")}" : "";
        string validation = progress.ValidationLoss is { } valid and > 0 ? $"  validation {Number(valid, "0.000")}" : "";
        string speed = progress.TokensPerSecond is { } rate and > 0 ? $"  {Number(rate, "#,0")} tokens/s" : "";
        string left = FindTimeLeft(progress) is { } time ? $"  {Number(time.TotalSeconds, "0")} s left" : "";
        return $"step {progress.Step}/{progress.StepCount}{loss}{validation}{speed}{left}";
    }

    private TimeSpan? FindTimeLeft(RemoteProgress progress)
    {
        if (_startedAt is not { } startedAt)
        {
            _startedAt = clock.GetTimestamp();
            _startStep = progress.Step;
            return null;
        }

        int done = progress.Step - _startStep;
        return done > 0
            ? clock.GetElapsedTime(startedAt) / done * (progress.StepCount - progress.Step)
            : null;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

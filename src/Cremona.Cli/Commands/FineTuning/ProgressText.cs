using System.Globalization;
using Cremona.Protocol.FineTuning;

namespace Cremona.Cli.Commands.FineTuning;

/// <summary>Progress as words: step, loss, speed, and the time left judged by the steps seen so far.</summary>
public sealed class ProgressText(TimeProvider clock)
{
    private long? _startedAt;
    private long _startStep;

    public string Describe(FinetuneProgress progress)
    {
        string loss = $"  loss {Number(progress.TrainLoss, "0.000")}";
        string speed = progress.TokensPerSecond > 0 ? $"  {Number(progress.TokensPerSecond, "#,0")} tokens/s" : "";
        string left = FindTimeLeft(progress) is { } time ? $"  {Number(time.TotalSeconds, "0")} s left" : "";
        return $"step {progress.Step}/{progress.StepCount}{loss}{speed}{left}";
    }

    private TimeSpan? FindTimeLeft(FinetuneProgress progress)
    {
        if (_startedAt is not { } startedAt)
        {
            _startedAt = clock.GetTimestamp();
            _startStep = progress.Step;
            return null;
        }

        long done = progress.Step - _startStep;
        return done > 0
            ? clock.GetElapsedTime(startedAt) / done * (progress.StepCount - progress.Step)
            : null;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

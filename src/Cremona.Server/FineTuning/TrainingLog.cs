using System.Text.Json;
using Cremona.Server.Jobs;
using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>Follows one attempt's training: a line of <c>job.log</c> for each step, and progress for the job's row.
/// Used by the training thread alone.</summary>
public sealed class TrainingLog : IDisposable
{
    private readonly FileStream _file;
    private readonly long _attempt;
    private readonly TimeProvider _clock;
    private long _firstTimestamp;
    private long _firstTokenCount = -1;

    public TrainingLog(string path, long attempt, TimeProvider clock)
    {
        _attempt = attempt;
        _clock = clock;
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Writes the step's line.</summary>
    public JobProgress Follow(TrainingStep step)
    {
        double tokensPerSecond = MeasureSpeed(step.TokenCount);
        WriteLine(json =>
        {
            json.WriteNumber("step", step.Step);
            json.WriteNumber("step_count", step.StepCount);
            json.WriteNumber("train_loss", step.TrainLoss);
            if (step.ValidationLoss is { } loss)
            {
                json.WriteNumber("validation_loss", loss);
            }

            json.WriteNumber("tokens_per_second", Math.Round(tokensPerSecond, 1));
        });
        return new JobProgress(step.Step, step.StepCount, step.TrainLoss, tokensPerSecond);
    }

    /// <summary>The line that says how far training, serving and merged weights agree, and which checkpoints were
    /// unusable.</summary>
    public void WriteAgreement(double largestLogitDifference, IReadOnlyList<string> checkpointFaults) =>
        WriteLine(json =>
        {
            json.WriteNumber("largest_logit_difference", largestLogitDifference);
            json.WriteStartArray("checkpoint_faults");
            foreach (string fault in checkpointFaults)
            {
                json.WriteStringValue(fault);
            }

            json.WriteEndArray();
        });

    public void Dispose() => _file.Dispose();

    /// <summary>Tokens per second since this attempt's first step; 0 at that step.</summary>
    private double MeasureSpeed(long tokenCount)
    {
        if (_firstTokenCount < 0)
        {
            _firstTokenCount = tokenCount;
            _firstTimestamp = _clock.GetTimestamp();
            return 0;
        }

        double seconds = _clock.GetElapsedTime(_firstTimestamp).TotalSeconds;
        return seconds > 0 ? (tokenCount - _firstTokenCount) / seconds : 0;
    }

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteNumber("time_ms", _clock.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteNumber("attempt", _attempt);
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        _file.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
        _file.Flush();
    }
}

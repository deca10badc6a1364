using System.Globalization;
using System.Text;
using System.Text.Json;
using Cremona.Protocol.FineTuning;
using Cremona.Server.Edge;
using Cremona.Server.Jobs;
using Cremona.Server.Models;
using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>Between the wire's words and the room's. Pure.</summary>
public static class FineTuningWire
{
    private const int SuffixLengthMax = 8;
    private const int OffsetDigitsMax = 9;
    private const long LimitMax = 1000;
    private const double RateMin = 1e-6;

    // Documented is 1e-2, but the documentation's own example has 0.23.
    private const double RateMax = 1;

    public static FineTuneOrder ReadOrder(RequestParameters parameters) => new(
        parameters.GetString("model"),
        parameters.FindInteger("training_file") ?? throw ApiException.Missing("training_file"),
        parameters.FindInteger("validation_file") ?? 0,
        ReadHyperparameters(parameters.Body),
        CutSuffix(parameters.FindString("suffix") ?? ""));

    /// <summary>The <c>limit</c> of a list: required, above 0; more than 1000 counts as 1000.</summary>
    public static long ReadLimit(RequestParameters parameters)
    {
        long limit = parameters.GetInteger("limit");
        return limit > 0
            ? Math.Min(limit, LimitMax)
            : throw ApiException.InvalidParameters("limit must be greater than 0");
    }

    /// <summary>An offset as <c>after</c> gives it: fewer than 10 digits. Null when the text is something
    /// else.</summary>
    public static long? ReadOffset(string? after)
    {
        bool isOffset = after is null
            || (after.Length <= OffsetDigitsMax && after.All(char.IsAsciiDigit));
        return isOffset ? long.Parse(after ?? "0", CultureInfo.InvariantCulture) : null;
    }

    public static FinetuneJob Write(FineTuneJob whole, bool withProgress)
    {
        (Job job, FineTuneTask task) = whole;
        return new FinetuneJob
        {
            Id = job.Id,
            CreatedAt = job.CreatedAt,
            FineTunedModel = task.ModelName,
            Hyperparameters = new FinetuneHyperparameters(task.BatchSize, task.LearningRateMultiplier, task.EpochCount),
            Model = task.BaseModelName,
            OrganizationId = job.GroupId,
            ResultFiles = task.ResultFile == 0 ? [] : [task.ResultFile.ToString(CultureInfo.InvariantCulture)],
            Status = JobTransitions.Word(job.State),
            TrainingFile = task.TrainingFile,
            ValidationFile = task.ValidationFile,
            TokensCount = task.TokenCount,
            Progress = withProgress && job.StepCount > 0
                ? new FinetuneProgress(job.Step, job.StepCount, job.TrainLoss, job.TokensPerSecond)
                : null,
        };
    }

    public static FinetuneEvent Write(JobEvent row)
    {
        bool isFailure = row.State == JobState.Failed;
        var message = new FinetuneEventMessage(
            row.JobId,
            JobTransitions.Word(row.State),
            row.WorkedAt,
            row.Result,
            isFailure ? row.ErrorCode : null,
            isFailure ? row.ErrorText : null);
        string text = JsonSerializer.Serialize(message, FineTuningJson.Wire.FinetuneEventMessage);
        return new FinetuneEvent(row.JobId, row.CreatedAt, isFailure ? "error" : "info", text);
    }

    public static FinetuneModel Write(TunedModel model) =>
        new() { Id = model.Id, CreatedAt = model.CreatedAtMs, BaseModel = model.BaseModelName };

    /// <summary>The name of a model to be; without a suffix it ends after the milliseconds.</summary>
    public static string NameModel(string baseModelName, long milliseconds, string suffix) =>
        string.Create(
            CultureInfo.InvariantCulture, $"ft:{baseModelName}_{milliseconds}{(suffix.Length == 0 ? "" : ":")}{suffix}");

    private static FineTuneHyperparameters ReadHyperparameters(JsonElement body)
    {
        FineTuneHyperparameters defaults = new();
        if (!body.TryGetProperty("hyperparameters", out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return defaults;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.WrongType("hyperparameters");
        }

        return new FineTuneHyperparameters(
            (int)ReadInteger(given, "batch_size", defaults.BatchSize, 1, 100),
            ReadRate(given, defaults.LearningRateMultiplier),
            (int)ReadInteger(given, "n_epochs", defaults.EpochCount, 1, 100));
    }

    private static long ReadInteger(JsonElement given, string name, long byDefault, long min, long max)
    {
        string? text = FindScalar(given, name);
        if (text is null)
        {
            return byDefault;
        }

        if (!IntegerText.TryParse(text, out long value))
        {
            throw ApiException.WrongType($"hyperparameters.{name}");
        }

        return value == 0 ? byDefault
            : value >= min && value <= max ? value
            : throw ApiException.InvalidParameters($"hyperparameters.{name} must be in [{min},{max}]");
    }

    private static double ReadRate(JsonElement given, double byDefault)
    {
        const string name = "learning_rate_multiplier";
        string? text = FindScalar(given, name);
        if (text is null)
        {
            return byDefault;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            throw ApiException.WrongType($"hyperparameters.{name}");
        }

        return value == 0 ? byDefault
            : value is >= RateMin and <= RateMax ? value
            : throw ApiException.InvalidParameters($"hyperparameters.{name} must be in [0.000001,1]");
    }

    /// <summary>The text of a number or string, or null when it is not set.</summary>
    private static string? FindScalar(JsonElement given, string name)
    {
        if (!given.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            _ => throw ApiException.WrongType($"hyperparameters.{name}"),
        };
    }

    /// <summary>The documented length; the rest is dropped without a word, as the platform does. Characters, not half
    /// of one.</summary>
    private static string CutSuffix(string suffix)
    {
        if (suffix.Any(char.IsControl))
        {
            throw ApiException.InvalidParameters("suffix must not contain control characters");
        }

        StringBuilder cut = new();
        foreach (Rune rune in suffix.EnumerateRunes().Take(SuffixLengthMax))
        {
            cut.Append(rune);
        }

        return cut.ToString();
    }
}

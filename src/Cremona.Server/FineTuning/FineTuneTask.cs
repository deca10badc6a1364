using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>What a fine-tuning job works on: the row beside its <see cref="Jobs.Job"/>.</summary>
public sealed record FineTuneTask
{
    public required string JobId { get; init; }

    public required string GroupId { get; init; }

    /// <summary>The base model as the caller named it.</summary>
    public required string BaseModelName { get; init; }

    /// <summary>What that name meant when the job was made.</summary>
    public required string BaseModelId { get; init; }

    public required long TrainingFile { get; init; }

    /// <summary>0 when there is none.</summary>
    public required long ValidationFile { get; init; }

    public required long BatchSize { get; init; }

    public required double LearningRateMultiplier { get; init; }

    public required long EpochCount { get; init; }

    /// <summary>The name of the model to be: <c>ft:{base}_{ms}:{suffix}</c>.</summary>
    public required string ModelName { get; init; }

    /// <summary>Tokens of the training file, one pass.</summary>
    public required long TokenCount { get; init; }

    /// <summary>The loss table, or 0.</summary>
    public required long ResultFile { get; init; }

    public FineTuneHyperparameters Hyperparameters => new((int)BatchSize, LearningRateMultiplier, (int)EpochCount);
}

using System.Text.Json.Serialization;

namespace Cremona.Protocol.FineTuning;

/// <summary>A fine-tuning job. Times are Unix milliseconds; ids of files are numbers but strings in
/// <c>result_files</c>.</summary>
public sealed record FinetuneJob
{
    /// <summary>16 digits.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("created_at")]
    public required long CreatedAt { get; init; }

    /// <summary>The name the model will have; known from the start.</summary>
    [JsonPropertyName("fine_tuned_model")]
    public required string FineTunedModel { get; init; }

    [JsonPropertyName("hyperparameters")]
    public required FinetuneHyperparameters Hyperparameters { get; init; }

    /// <summary>The base model, by the name that was asked for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("object")]
    public string ObjectType { get; init; } = "finetune.job";

    /// <summary>The group.</summary>
    [JsonPropertyName("organization_id")]
    public required string OrganizationId { get; init; }

    /// <summary>The loss table of a job that succeeded, otherwise empty.</summary>
    [JsonPropertyName("result_files")]
    public required IReadOnlyList<string> ResultFiles { get; init; }

    /// <summary>created, pending, running, succeeded, failed or cancelled.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("training_file")]
    public required long TrainingFile { get; init; }

    /// <summary>0 when there is none.</summary>
    [JsonPropertyName("validation_file")]
    public required long ValidationFile { get; init; }

    /// <summary>Tokens of the training file, one pass.</summary>
    [JsonPropertyName("tokens_count")]
    public required long TokensCount { get; init; }

    /// <summary>An addition of this server: how far a started job is. Only where one job is retrieved.</summary>
    [JsonPropertyName("progress")]
    public FinetuneProgress? Progress { get; init; }
}

public sealed record FinetuneHyperparameters(
    [property: JsonPropertyName("batch_size")] long BatchSize,
    [property: JsonPropertyName("learning_rate_multiplier")] double LearningRateMultiplier,
    [property: JsonPropertyName("n_epochs")] long EpochCount);

/// <summary>Written at most once a second while the job runs.</summary>
public sealed record FinetuneProgress(
    [property: JsonPropertyName("step")] long Step,
    [property: JsonPropertyName("step_count")] long StepCount,
    [property: JsonPropertyName("train_loss")] double TrainLoss,
    [property: JsonPropertyName("tokens_per_second")] double TokensPerSecond);

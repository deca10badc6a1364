using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

// The answers and requests the command line uses, with the fields it reads. The whole records are in Cremona.Protocol.

/// <summary>An answer that carries nothing but <c>base_resp</c>.</summary>
public sealed record EmptyAnswer;

public sealed record FileIdRequest([property: JsonPropertyName("file_id")] long Id);

/// <summary>Values of null are left to the server's documented defaults.</summary>
public sealed record Hyperparameters(
    [property: JsonPropertyName("batch_size")] int? BatchSize,
    [property: JsonPropertyName("learning_rate_multiplier")] double? LearningRateMultiplier,
    [property: JsonPropertyName("n_epochs")] int? EpochCount);

public sealed record CreateJobRequest(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("training_file")] long TrainingFile,
    [property: JsonPropertyName("validation_file")] long? ValidationFile,
    [property: JsonPropertyName("hyperparameters")] Hyperparameters? Hyperparameters,
    [property: JsonPropertyName("suffix")] string? Suffix);

/// <summary>How far a running job is; our own addition to the platform's job object.</summary>
public sealed record RemoteProgress(
    [property: JsonPropertyName("step")] int Step,
    [property: JsonPropertyName("step_count")] int StepCount,
    [property: JsonPropertyName("train_loss")] double? TrainLoss,
    [property: JsonPropertyName("valid_loss")] double? ValidationLoss,
    [property: JsonPropertyName("tokens_per_second")] double? TokensPerSecond);

public sealed record RemoteJob(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created_at")] long CreatedAtMs,
    [property: JsonPropertyName("fine_tuned_model")] string TunedModel,
    [property: JsonPropertyName("hyperparameters")] Hyperparameters Hyperparameters,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("result_files")] IReadOnlyList<string> ResultFiles,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("training_file")] long TrainingFile,
    [property: JsonPropertyName("validation_file")] long ValidationFile,
    [property: JsonPropertyName("tokens_count")] long TokenCount,
    [property: JsonPropertyName("progress")] RemoteProgress? Progress);

public sealed record JobAnswer([property: JsonPropertyName("finetune_job")] RemoteJob Job);

public sealed record JobListAnswer(
    [property: JsonPropertyName("job_list")] IReadOnlyList<RemoteJob> Jobs,
    [property: JsonPropertyName("has_more")] bool HasMore);

public sealed record JobIdRequest([property: JsonPropertyName("fine_tuning_job_id")] string JobId);

public sealed record PageRequest(
    [property: JsonPropertyName("limit")] int Limit,
    [property: JsonPropertyName("after")] string? After);

public sealed record EventPageRequest(
    [property: JsonPropertyName("fine_tuning_job_id")] string JobId,
    [property: JsonPropertyName("after")] string After,
    [property: JsonPropertyName("limit")] int Limit);

/// <param name="CreatedAtMs">Unix time in milliseconds.</param>
/// <param name="Level"><c>info</c> or <c>error</c>.</param>
/// <param name="Message">A JSON text; see <see cref="JobTransition"/>.</param>
public sealed record RemoteEvent(
    [property: JsonPropertyName("created_at")] long CreatedAtMs,
    [property: JsonPropertyName("level")] string Level,
    [property: JsonPropertyName("message")] string Message);

public sealed record EventListAnswer(
    [property: JsonPropertyName("event_list")] IReadOnlyList<RemoteEvent> Events,
    [property: JsonPropertyName("has_more")] bool HasMore);

/// <summary>What the message of an event says.</summary>
public sealed record JobTransition(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("model_id")] string ModelId,
    [property: JsonPropertyName("status_code")] int? StatusCode,
    [property: JsonPropertyName("status_msg")] string? StatusMessage);

public sealed record RemoteTunedModel(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created_at")] long CreatedAtMs,
    [property: JsonPropertyName("base_model")] string BaseModel);

public sealed record TunedModelListAnswer(
    [property: JsonPropertyName("model_list")] IReadOnlyList<RemoteTunedModel> Models);

public sealed record ModelIdRequest([property: JsonPropertyName("model_id")] string ModelId);

public sealed record BotSetting(
    [property: JsonPropertyName("bot_name")] string BotName,
    [property: JsonPropertyName("content")] string Content);

public sealed record ChatMessage(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName,
    [property: JsonPropertyName("text")] string Text);

public sealed record ReplyConstraints(
    [property: JsonPropertyName("sender_type")] string SenderType,
    [property: JsonPropertyName("sender_name")] string SenderName);

public sealed record ChatRequest(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("bot_setting")] IReadOnlyList<BotSetting> Bots,
    [property: JsonPropertyName("reply_constraints")] ReplyConstraints ReplyConstraints,
    [property: JsonPropertyName("messages")] IReadOnlyList<ChatMessage> Messages,
    [property: JsonPropertyName("temperature")] double? Temperature = null,
    [property: JsonPropertyName("tokens_to_generate")] int? TokensToGenerate = null,
    [property: JsonPropertyName("stream")] bool Stream = false);

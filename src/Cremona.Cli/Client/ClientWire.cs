using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

// The requests that the command line sends. A server reads requests leniently, so only a client needs records for them; the
// answers are in Cremona.Protocol.

/// <summary>A call without parameters.</summary>
public sealed record EmptyRequest;

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

public sealed record JobIdRequest([property: JsonPropertyName("fine_tuning_job_id")] string JobId);

public sealed record PageRequest(
    [property: JsonPropertyName("limit")] int Limit,
    [property: JsonPropertyName("after")] string? After);

public sealed record EventPageRequest(
    [property: JsonPropertyName("fine_tuning_job_id")] string JobId,
    [property: JsonPropertyName("after")] string After,
    [property: JsonPropertyName("limit")] int Limit);

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

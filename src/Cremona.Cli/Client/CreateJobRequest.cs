using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Body of <c>create_finetune_job</c>. A server reads requests leniently, so only a client needs records
/// for them.</summary>
public sealed record CreateJobRequest(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("training_file")] long TrainingFile,
    [property: JsonPropertyName("validation_file")] long? ValidationFile,
    [property: JsonPropertyName("hyperparameters")] Hyperparameters? Hyperparameters,
    [property: JsonPropertyName("suffix")] string? Suffix);

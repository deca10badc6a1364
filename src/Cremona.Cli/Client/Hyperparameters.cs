using System.Text.Json.Serialization;

namespace Cremona.Cli.Client;

/// <summary>Values of null are left to the server's documented defaults.</summary>
public sealed record Hyperparameters(
    [property: JsonPropertyName("batch_size")] int? BatchSize,
    [property: JsonPropertyName("learning_rate_multiplier")] double? LearningRateMultiplier,
    [property: JsonPropertyName("n_epochs")] int? EpochCount);

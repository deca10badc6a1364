using Cremona.Training;

namespace Cremona.Server.FineTuning;

/// <summary>What <c>create_finetune_job</c> asks for, with defaults filled in.</summary>
/// <param name="ModelName">The base model as the caller names it.</param>
/// <param name="TrainingFile">Id of the training file.</param>
/// <param name="ValidationFile">Id of the validation file, or 0.</param>
/// <param name="Hyperparameters">In their ranges.</param>
/// <param name="Suffix">At most 8 characters, possibly none.</param>
public sealed record FineTuneOrder(
    string ModelName, long TrainingFile, long ValidationFile, FineTuneHyperparameters Hyperparameters, string Suffix);

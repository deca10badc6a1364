namespace Cremona.Training.Checkpoints;

/// <summary>One trained tensor with the moments of its optimiser; a moment is as long as the parameter, or empty where
/// the optimiser keeps none.</summary>
/// <param name="Name">The trainer's name of it.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Moment1">Running mean of the gradient.</param>
/// <param name="Moment2">Running mean of the squared gradient, or empty.</param>
public sealed record TensorState(string Name, float[] Value, float[] Moment1, float[] Moment2);

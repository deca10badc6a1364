namespace Cremona.Training.Checkpoints;

/// <summary>One trained tensor with the moments of AdamW; all three are equally long.</summary>
/// <param name="Name">The trainer's name of it.</param>
/// <param name="Value">The parameter.</param>
/// <param name="Moment1">Running mean of the gradient.</param>
/// <param name="Moment2">Running mean of the squared gradient.</param>
public sealed record TensorState(string Name, float[] Value, float[] Moment1, float[] Moment2);

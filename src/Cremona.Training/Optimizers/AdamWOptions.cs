namespace Cremona.Training.Optimizers;

/// <summary>Constants of <see cref="AdamW"/>; the defaults are those of PyTorch.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the mean of gradients, in [0, 1). Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients, in [0, 1). Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled decay of tensors with <c>Decays</c>, as a fraction of the learning rate. Default
    /// 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;
}

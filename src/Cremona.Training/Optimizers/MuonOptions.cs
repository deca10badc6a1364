namespace Cremona.Training.Optimizers;

/// <summary>Constants of <see cref="Muon"/>.</summary>
public sealed record MuonOptions
{
    /// <summary>Decay of the mean of gradients, in [0, 1). Default 0.95.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>Root mean square of an update's elements as a share of the learning rate. Default 0.2, that of AdamW's
    /// updates, so that one rate suits both (Liu et al., 2025).</summary>
    public double UpdateScale { get; init; } = 0.2;

    /// <summary>Decoupled decay of the matrices, as a fraction of the learning rate. Default 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;
}

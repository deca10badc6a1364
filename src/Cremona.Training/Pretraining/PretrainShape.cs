namespace Cremona.Training.Pretraining;

/// <summary>Sizes of the decoder that a recipe trains.</summary>
public sealed record PretrainShape
{
    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Decoder blocks.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key/value heads; divides the query heads.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of a head; even.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Longest dialogue in tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Begin with an induction head, so that copying from the context is soon learned. Needs two layers and
    /// room for the head's subspaces: <see cref="HiddenSize"/> ≥ 4 + 1.5625 ·
    /// <see cref="HeadDimension"/>.</summary>
    public bool InductionHead { get; init; }

    internal void Check()
    {
        const string sizes = "1 to 65536";
        PretrainRecipe.Require(HiddenSize is >= 1 and <= 65_536, nameof(HiddenSize), sizes);
        PretrainRecipe.Require(IntermediateSize is >= 1 and <= 65_536, nameof(IntermediateSize), sizes);
        PretrainRecipe.Require(LayerCount is >= 1 and <= 256, nameof(LayerCount), "1 to 256");
        PretrainRecipe.Require(HeadCount is >= 1 and <= 1024, nameof(HeadCount), "1 to 1024");
        PretrainRecipe.Require(
            KeyValueHeadCount >= 1 && HeadCount % KeyValueHeadCount == 0, nameof(KeyValueHeadCount), "a divisor of headCount");
        PretrainRecipe.Require(HeadDimension is >= 2 and <= 1024 && HeadDimension % 2 == 0, nameof(HeadDimension), "even, 2 to 1024");
        PretrainRecipe.Require(ContextLength is >= 16 and <= 1 << 20, nameof(ContextLength), "16 to 1048576");
        PretrainRecipe.Require(RopeTheta >= 1, nameof(RopeTheta), "at least 1");
        PretrainRecipe.Require(
            !InductionHead || Pretraining.InductionHead.Fits(this), nameof(InductionHead),
            "false for fewer than 2 layers, heads below 12 or a hidden_size below 4 + 1.5625 · head_dimension");
    }
}

namespace Cremona.Training.Pretraining;

/// <summary>The tokenizer that a recipe trains.</summary>
public sealed record PretrainTokenizer
{
    /// <summary>Entries, special tokens included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Dialogues it is trained on.</summary>
    public required int SampleCount { get; init; }

    internal void Check()
    {
        PretrainRecipe.Require(VocabularySize is >= 512 and <= 65_536, nameof(VocabularySize), "512 to 65536");
        PretrainRecipe.Require(SampleCount is >= 1 and <= 10_000_000, nameof(SampleCount), "1 to 10000000");
    }
}

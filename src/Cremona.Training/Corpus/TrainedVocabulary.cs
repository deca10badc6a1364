using Cremona.Inference.Tokenizers;

namespace Cremona.Training.Corpus;

/// <summary>What a tokenizer's training gives.</summary>
/// <param name="Entries">All tokens by id: special ones, bytes, merged ones; in the byte-level alphabet.</param>
/// <param name="SpecialCount">How many of the first are special.</param>
/// <param name="Merges">Pairs of entries, in order.</param>
public sealed record TrainedVocabulary(
    IReadOnlyList<string> Entries, int SpecialCount, IReadOnlyList<(string Left, string Right)> Merges)
{
    /// <summary>Writes it as <c>tokenizer.json</c>.</summary>
    public void Save(string tokenizerJsonPath, PreTokenizer preTokenizer) =>
        TokenizerJsonWriter.Write(tokenizerJsonPath, Entries, SpecialCount, Merges, preTokenizer.Patterns);
}

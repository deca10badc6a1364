namespace Cremona.Training.Corpus;

/// <summary>An attribute with its value.</summary>
/// <param name="Attribute">Its key in the phrase files.</param>
/// <param name="Value">In both languages.</param>
internal sealed record Fact(string Attribute, WordPair Value);

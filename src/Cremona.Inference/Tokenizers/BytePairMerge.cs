namespace Cremona.Inference.Tokenizers;

/// <summary>Two entries of a vocabulary that become one.</summary>
/// <param name="Left">An entry.</param>
/// <param name="Right">An entry.</param>
/// <param name="Rank">Lower ones are merged first, equal ones from the left.</param>
internal readonly record struct BytePairMerge(string Left, string Right, int Rank);

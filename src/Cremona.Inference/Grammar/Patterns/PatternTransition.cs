namespace Cremona.Inference.Grammar.Patterns;

/// <summary>What is left to match after any character of a range.</summary>
internal readonly record struct PatternTransition(int First, int Last, Pattern Next);

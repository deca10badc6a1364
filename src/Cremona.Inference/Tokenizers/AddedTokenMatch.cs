namespace Cremona.Inference.Tokenizers;

/// <summary>An added token found in a text.</summary>
/// <param name="Token">The token.</param>
/// <param name="Start">Where what it takes begins, white space included.</param>
/// <param name="End">Where what it takes ends.</param>
/// <param name="ContentStart">Where its content begins.</param>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End, int ContentStart);

namespace Cremona.Inference.Grammar.Vocabulary;

/// <summary>The tokens that lie wholly inside a lexeme, from one of its states.</summary>
/// <param name="Mask">All of them where they are many, otherwise null.</param>
/// <param name="Ids">All of them where they are few, otherwise empty.</param>
/// <param name="Exits">Nodes of the token tree at which the lexeme may end while tokens go on. Not kept for JSON
/// strings, which end with a quotation mark.</param>
internal sealed record LexemeTokens(ulong[]? Mask, int[] Ids, int[] Exits);

using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Glyph;

/// <summary>A part of a template: text as it is, or a blank.</summary>
/// <param name="Term">Writes it.</param>
/// <param name="Text">What stands in the template; empty for a blank.</param>
/// <param name="Lexeme">What a blank may hold; null for text.</param>
/// <param name="Name">Of a blank; null where it has none.</param>
/// <param name="MayBeCut">A number of tokens ends the blank, whatever it asks for.</param>
internal sealed record GlyphPart(
    Term Term, string Text = "", LexemeAutomaton? Lexeme = null, string? Name = null, bool MayBeCut = false);

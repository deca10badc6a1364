using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>Where a lexeme stands between two bytes.</summary>
/// <param name="Stage">Between characters, or inside one.</param>
/// <param name="Pattern">What the rest must match: before the character that is being read, or, in a
/// <see cref="LexemeStage.Tail"/>, after it.</param>
/// <param name="Bits">Leading bits of the character, as far as read.</param>
/// <param name="Left">Bytes or hexadecimal digits that the character still needs.</param>
/// <param name="High">The first half of a surrogate pair of escapes, or 0.</param>
internal readonly record struct LexemeState(
    LexemeStage Stage, Pattern Pattern, int Bits = 0, int Left = 0, int High = 0);

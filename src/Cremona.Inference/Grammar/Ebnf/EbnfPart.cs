using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.Ebnf;

/// <summary>A part of a rule: a regular language as long as no rule is named in it, then a term.</summary>
internal readonly record struct EbnfPart(Pattern? Pattern, Term? Term);

using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Numbers.</summary>
/// <param name="Text">How they are written.</param>
/// <param name="Values">Every way, without exponent, to write the same values; what a negation takes away.</param>
internal sealed record NumberShape(Pattern Text, Pattern Values) : Shape;

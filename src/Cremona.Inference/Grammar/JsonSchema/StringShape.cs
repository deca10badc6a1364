using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Strings.</summary>
internal sealed record StringShape(Pattern Text) : Shape;

using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Members whose names match, unless they are named otherwise.</summary>
internal sealed record OtherMembers(Pattern Names, SchemaSet Value);

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>A member of an object.</summary>
internal sealed record NamedMember(string Name, SchemaSet Value, bool IsRequired);

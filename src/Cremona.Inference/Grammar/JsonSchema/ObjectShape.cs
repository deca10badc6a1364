namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Objects.</summary>
/// <param name="Named">Members by name, in the order in which they are written.</param>
/// <param name="Others">Members of other names, by disjoint sets of names; names in none of them are not
/// allowed.</param>
/// <param name="Min">Least number of members.</param>
/// <param name="Max">Greatest number.</param>
internal sealed record ObjectShape(NamedMember[] Named, OtherMembers[] Others, int Min, int Max) : Shape;

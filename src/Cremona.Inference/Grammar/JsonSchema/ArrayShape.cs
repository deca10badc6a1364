using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Arrays.</summary>
/// <param name="Prefix">Of the first items.</param>
/// <param name="Items">Of the others.</param>
/// <param name="Min">Least length.</param>
/// <param name="Max">Greatest length.</param>
/// <param name="Contains">How many items meet certain schemas, each schema once.</param>
/// <param name="IsUnique">No two items are equal.</param>
internal sealed record ArrayShape(
    SchemaSet[] Prefix, SchemaSet Items, int Min, int Max, ContainsCondition[] Contains, bool IsUnique) : Shape
{
    public static ArrayShape Any { get; } = new([], SchemaSet.Any, 0, Pattern.Unbounded, [], false);

    public SchemaSet At(int index) => index < Prefix.Length ? Prefix[index] : Items;
}

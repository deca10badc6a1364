namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>How many items of an array may meet a schema.</summary>
/// <param name="Set">Which ones are counted.</param>
/// <param name="Min">Least number of them.</param>
/// <param name="Max">Greatest number, or <see cref="Patterns.Pattern.Unbounded"/>.</param>
internal readonly record struct ContainsCondition(SchemaSet Set, int Min, int Max)
{
    public bool IsBounded => Max != Patterns.Pattern.Unbounded;

    /// <summary>The number from which on counting makes no difference, or more are not allowed.</summary>
    public int Top => IsBounded ? Max : Min;

    /// <summary>The same in an array of at most so many items.</summary>
    public ContainsCondition Within(int length) => Max < length ? this : this with { Max = Patterns.Pattern.Unbounded };
}

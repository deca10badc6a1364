namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>A set of JSON values of one kind. A schema is turned into a union of shapes.</summary>
internal abstract record Shape
{
    /// <summary>The values that are words.</summary>
    public static readonly string[] Words = ["null", "true", "false"];
}

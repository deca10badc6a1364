namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The space between the tokens of a JSON text.</summary>
internal enum JsonSpacing
{
    /// <summary>None, one space, or a line end with an indentation, as the model likes.</summary>
    Free,

    /// <summary>One space behind commas and colons and no other, as chat templates write JSON.</summary>
    Single,
}

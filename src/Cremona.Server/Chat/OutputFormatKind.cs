namespace Cremona.Server.Chat;

/// <summary>In what language an answer's form is described.</summary>
internal enum OutputFormatKind
{
    /// <summary>Any JSON object.</summary>
    JsonObject,

    /// <summary>A JSON schema.</summary>
    JsonSchema,

    /// <summary>A text with blanks.</summary>
    RawGlyph,

    /// <summary>The properties of a glyph's JSON value.</summary>
    JsonValueGlyph,
}

namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>How the characters of a lexeme stand in the output.</summary>
internal enum LexemeEncoding
{
    /// <summary>UTF-8 as it is.</summary>
    Utf8,

    /// <summary>UTF-8 inside a JSON string, where any character may be escaped and some must be (RFC 8259,
    /// section 7).</summary>
    JsonString,
}

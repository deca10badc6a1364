namespace Cremona.Inference.Grammar.Lexemes;

internal enum LexemeStage
{
    /// <summary>Between two characters.</summary>
    Boundary,

    /// <summary>Inside a UTF-8 sequence.</summary>
    Utf8,

    /// <summary>Inside a UTF-8 sequence of which every completion is followed by the same.</summary>
    Tail,

    /// <summary>After a backslash.</summary>
    Escape,

    /// <summary>Among the hexadecimal digits of an escape.</summary>
    Hex,

    /// <summary>After the first half of a surrogate pair: a backslash must follow.</summary>
    LowBackslash,

    /// <summary>Then a <c>u</c>.</summary>
    LowMark,
}

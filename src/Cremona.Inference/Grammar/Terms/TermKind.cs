namespace Cremona.Inference.Grammar.Terms;

internal enum TermKind
{
    /// <summary>Nothing at all matches.</summary>
    Empty,

    /// <summary>The empty output.</summary>
    Epsilon,

    /// <summary>Given bytes.</summary>
    Bytes,

    /// <summary>A regular language, from a state of its automaton.</summary>
    Lexeme,

    /// <summary>One after another.</summary>
    Concat,

    /// <summary>Any of several.</summary>
    Or,

    /// <summary>Between a least and a greatest number of times.</summary>
    Repeat,

    /// <summary>A named term, which may use itself.</summary>
    Rule,

    /// <summary>The members of an object that may still come.</summary>
    Members,

    /// <summary>Such a member, from a place in its name on.</summary>
    Name,
}

namespace Cremona.Inference.Grammar.Patterns;

internal enum PatternKind
{
    /// <summary>Matches nothing at all.</summary>
    Empty,

    /// <summary>Matches the empty text.</summary>
    Epsilon,

    /// <summary>One character of a set.</summary>
    Class,

    /// <summary>One text after another.</summary>
    Concat,

    /// <summary>Any of several.</summary>
    Or,

    /// <summary>All of several at once.</summary>
    And,

    /// <summary>Everything but.</summary>
    Not,

    /// <summary>Between a least and a greatest number of times.</summary>
    Repeat,

    /// <summary>A decimal number that is a whole multiple of another.</summary>
    Multiple,
}

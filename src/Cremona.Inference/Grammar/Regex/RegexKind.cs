namespace Cremona.Inference.Grammar.Regex;

internal enum RegexKind
{
    /// <summary>One character of a set.</summary>
    Class,

    /// <summary>One after another; none of them is the empty text.</summary>
    Sequence,

    /// <summary>Any of several.</summary>
    Choice,

    /// <summary>Between a least and a greatest number of times.</summary>
    Repeat,

    /// <summary>Matches at the start of the text only.</summary>
    Start,

    /// <summary>Matches at its end only.</summary>
    End,

    /// <summary>Looks at what follows without taking it.</summary>
    LookAhead,
}

namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>Kinds of tokens of a template.</summary>
internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Text,

    /// <summary><c>{{</c></summary>
    PrintStart,

    /// <summary><c>}}</c></summary>
    PrintEnd,

    /// <summary><c>{%</c></summary>
    BlockStart,

    /// <summary><c>%}</c></summary>
    BlockEnd,

    Name,
    Literal,
    Integer,
    Number,
    Operator,
    End,
}

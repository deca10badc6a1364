namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a literal those that it stands for.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool Is(string text) => Kind is TokenKind.Operator or TokenKind.Name && Text == text;
}

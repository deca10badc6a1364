namespace Cremona.Inference.Templates.Jinja.Syntax;

/// <summary>A place among the tokens of a template.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens, int depthMax)
{
    private int _place;
    private int _depth;

    public Token Current => tokens[_place];

    public Token Next => tokens[Math.Min(_place + 1, tokens.Count - 1)];

    public Token Take() => tokens[_place == tokens.Count - 1 ? _place : _place++];

    /// <summary>Takes the token when it is this operator or word.</summary>
    public bool TryTake(string text)
    {
        if (!Current.Is(text)) return false;
        _place++;
        return true;
    }

    public bool TryTake(TokenKind kind)
    {
        if (Current.Kind != kind) return false;
        _place++;
        return true;
    }

    /// <exception cref="JinjaException">The token is another one.</exception>
    public void Expect(string text)
    {
        if (!TryTake(text)) throw Fault($"expected '{text}'");
    }

    /// <exception cref="JinjaException">The token is of another kind.</exception>
    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Fault($"expected {what}");

    public JinjaException Fault(string what) => new(
        Current.Kind == TokenKind.Literal ? $"{what}, found a text" : $"{what}, found '{Current.Text}'", Current.Line);

    /// <exception cref="JinjaException">It is too deep.</exception>
    public void Enter()
    {
        if (++_depth > depthMax) throw new JinjaException($"the template is nested deeper than {depthMax}", Current.Line);
    }

    public void Leave() => _depth--;
}

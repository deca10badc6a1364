using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The space between the tokens of a JSON text.</summary>
/// <param name="terms">Makes the terms.</param>
internal sealed class JsonLayout(TermFactory terms, JsonSpacing spacing)
{
    private readonly Term _insideBrackets =
        spacing == JsonSpacing.Free ? terms.Lexeme(StandardLexemes.Space) : terms.Epsilon;

    private readonly Term _behindMarks =
        spacing == JsonSpacing.Free ? terms.Lexeme(StandardLexemes.Space) : terms.Text(" ");

    public Term Open(string bracket) => terms.Concat(terms.Text(bracket), _insideBrackets);

    public Term Close(string bracket) => terms.Concat(_insideBrackets, terms.Text(bracket));

    public Term Comma() => terms.Concat(terms.Text(","), _behindMarks);

    public Term Colon() => terms.Concat(terms.Text(":"), _behindMarks);
}

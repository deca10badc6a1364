using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The space between the tokens of a JSON text, where the grammar leaves a choice.</summary>
/// <param name="terms">Makes the terms.</param>
internal sealed class JsonLayout(TermFactory terms)
{
    /// <summary>After an opening bracket, before a closing one, and after a comma or a colon.</summary>
    public Term Space { get; } = terms.Lexeme(StandardLexemes.Space);

    public Term Open(string bracket) => terms.Concat(terms.Text(bracket), Space);

    public Term Close(string bracket) => terms.Concat(Space, terms.Text(bracket));

    public Term Comma() => terms.Concat(terms.Text(","), Space);

    public Term Colon() => terms.Concat(terms.Text(":"), Space);
}

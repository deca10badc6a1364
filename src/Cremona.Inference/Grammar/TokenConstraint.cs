using System.Text;
using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar;

/// <summary>Holds one row of output to a grammar, token by token. Every state it reaches can be completed. Not
/// thread-safe; rows of one <see cref="TokenGrammar"/> may run on different threads.</summary>
public sealed class TokenConstraint
{
    private const int ForcedBytesMax = 512;
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TokenGrammar _grammar;
    private volatile Term _state;
    private LexemeAutomaton? _blank;
    private int _blankTokens;

    internal TokenConstraint(TokenGrammar grammar)
    {
        _grammar = grammar;
        _state = grammar.Grammar.Root;
        _blank = grammar.BlankOf(_state, null)?.Lexeme;
    }

    /// <summary>The output so far is complete, so that an end-of-text token may come.</summary>
    public bool MayEnd => _state.IsNullable;

    /// <summary>The output is complete and nothing can be added to it.</summary>
    public bool IsComplete => _state == _grammar.Grammar.Factory.Epsilon;

    /// <summary>The temperature that the template asks for here; null leaves it to the row.</summary>
    public float? Temperature =>
        _grammar.BlankOf(_state, _blank) is { } blank ? _grammar.LimitsOf(blank).Temperature : null;

    /// <summary>Writes the tokens that may come next; end-of-text tokens, which the grammar does not know, are not
    /// among them.</summary>
    /// <param name="mask">[<c>TokenMask.WordCount(Vocabulary.Size)</c>], overwritten.</param>
    /// <exception cref="GrammarException">The grammar exceeds a limit that shows only in use.</exception>
    public void FillMask(Span<ulong> mask) => _grammar.MaskOf(_state).Fill(mask);

    /// <summary>Whether the token may come next; the same as its bit in the mask, found by its own bytes.</summary>
    public bool Allows(int token) => _grammar.Step(_state, token) is not null;

    /// <summary>Moves on by a token; false, and nothing changes, when it may not come.</summary>
    public bool TryAccept(int token)
    {
        if (_grammar.Step(_state, token) is not { } next) return false;
        _state = next;
        CountBlank();
        return true;
    }

    /// <summary>Looks the next mask up beforehand, from any thread, so that <see cref="FillMask"/> finds it.</summary>
    public void Prepare()
    {
        try
        {
            _grammar.MaskOf(_state);
        }
        catch (Exception)
        {
            // The row meets it again where it can be reported.
        }
    }

    /// <summary>Tokens that spell what must come next, so that the model need not be asked; often none. The last
    /// token of a forced text is left open, because it may go on into what is not forced.</summary>
    public int[] ForcedTokens()
    {
        byte[] forced = _grammar.ForcedBytes(_state, ForcedBytesMax);
        if (forced.Length == 0) return [];
        string text;
        try
        {
            text = Strict.GetString(forced);
        }
        catch (DecoderFallbackException)
        {
            return [];
        }

        int[] tokens = _grammar.Vocabulary.Encode(text);
        return tokens.Length > 1 && Spells(tokens, forced) ? tokens[..^1] : [];
    }

    private void CountBlank()
    {
        if (_grammar.BlankOf(_state, _blank) is not { Lexeme: { } lexeme } blank)
        {
            _blank = null;
            return;
        }

        // A token that leads to a blank is one of the blank's only when it writes into it.
        if (lexeme == _blank) _blankTokens++;
        else _blankTokens = blank.State == lexeme.Start ? 0 : 1;
        _blank = lexeme;
        bool isFull = _grammar.LimitsOf(blank).TokensMax is { } max && _blankTokens >= max;
        if (!isFull || !lexeme.IsBoundary(blank.State)) return;
        _state = _grammar.LeaveBlank(_state, lexeme);
        _blank = _grammar.BlankOf(_state, null)?.Lexeme;
        _blankTokens = 0;
    }

    // A tokenizer may change the text, such as by composing characters.
    private bool Spells(int[] tokens, ReadOnlySpan<byte> bytes)
    {
        foreach (int token in tokens)
        {
            ReadOnlySpan<byte> part = _grammar.Vocabulary.BytesOf(token);
            if (!bytes.StartsWith(part)) return false;
            bytes = bytes[part.Length..];
        }

        return bytes.IsEmpty;
    }
}

using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar;

/// <summary>A context-free language of bytes, independent of any vocabulary. Every way to describe output (regular
/// expression, choices, EBNF, JSON Schema, glyph) is turned into one. Thread-safe: its factory is the lock of
/// everything derived from it.</summary>
public sealed class ByteGrammar
{
    private const long TermBytes = 200;
    private const long RowBytes = 1_100;

    // With its part of the pattern that it stands for.
    private const long StateBytes = 150;

    /// <exception cref="GrammarException">A rule begins with itself, or nothing matches.</exception>
    internal ByteGrammar(TermFactory factory, Term root)
    {
        TermChecks.Complete(factory, root);
        Factory = factory;
        Root = root;
    }

    /// <summary>Memory that the grammar takes now, estimated, for whoever keeps many; it grows while the grammar is
    /// used.</summary>
    public long BytesKept
    {
        get
        {
            lock (Factory)
            {
                return (Factory.Count * TermBytes) + Factory.Automata.Sum(
                    lexeme => (lexeme.RowCount * RowBytes) + (lexeme.StateCount * StateBytes));
            }
        }
    }

    /// <summary>Keywords of a schema that are there and not held to, because the caller wished so: JSON pointers, of
    /// several schemas behind their names.</summary>
    public IReadOnlyList<string> IgnoredKeywords { get; init; } = [];

    /// <summary>The lexemes that are blanks of a template, with their limits.</summary>
    internal IReadOnlyDictionary<LexemeAutomaton, BlankLimits> Blanks { get; init; } =
        new Dictionary<LexemeAutomaton, BlankLimits>();

    internal TermFactory Factory { get; }

    internal Term Root { get; }
}

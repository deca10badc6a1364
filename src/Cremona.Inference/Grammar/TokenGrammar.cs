using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Terms;
using Cremona.Inference.Grammar.Vocabulary;

namespace Cremona.Inference.Grammar;

/// <summary>A grammar together with a vocabulary. Keeps the masks and steps that were found, so that later rows find
/// them. Thread-safe.</summary>
public sealed class TokenGrammar
{
    private const int KeptStates = 20_000;
    private const int KeptIds = 4_000_000;
    private const long StateBytes = 100;

    private readonly TermDerivation _derivation;
    private readonly TokenWalk _walk;
    private readonly Dictionary<Term, StateMask> _masks = [];
    private readonly Dictionary<(Term, int), Term> _steps = [];
    private int _generation;
    private long _keptIds;

    public TokenGrammar(ByteGrammar grammar, GrammarVocabulary vocabulary)
    {
        Grammar = grammar;
        Vocabulary = vocabulary;
        _derivation = new TermDerivation(grammar.Factory);
        _walk = new TokenWalk(grammar.Factory, vocabulary);
    }

    public GrammarVocabulary Vocabulary { get; }

    /// <inheritdoc cref="ByteGrammar.IgnoredKeywords"/>
    public IReadOnlyList<string> IgnoredKeywords => Grammar.IgnoredKeywords;

    internal ByteGrammar Grammar { get; }

    /// <summary>Memory that the grammar takes now, estimated; it grows while rows use the grammar, up to some tens of
    /// megabytes.</summary>
    public long BytesKept
    {
        get
        {
            lock (Grammar.Factory)
            {
                return Grammar.BytesKept + (_keptIds * sizeof(int)) + ((_masks.Count + _steps.Count) * StateBytes);
            }
        }
    }

    /// <summary>A constraint for one row, at the start of the output.</summary>
    public TokenConstraint Start() => new(this);

    internal StateMask MaskOf(Term state)
    {
        lock (Grammar.Factory)
        {
            if (_masks.TryGetValue(state, out StateMask? mask)) return mask;
            MakeRoom();
            mask = _walk.Find(state);
            _masks.Add(state, mask);
            _keptIds += mask.Ids.Length;
            return mask;
        }
    }

    /// <summary>The state after a token; null when the token cannot come.</summary>
    internal Term? Step(Term state, int token)
    {
        lock (Grammar.Factory)
        {
            if (_steps.TryGetValue((state, token), out Term? known)) return known;
            ReadOnlySpan<byte> bytes = Vocabulary.BytesOf(token);
            if (bytes.IsEmpty) return null;
            MakeRoom();
            Term next = state;
            foreach (byte value in bytes)
            {
                next = _derivation.Step(next, value);
                if (next == Grammar.Factory.Empty) return null;
            }

            _steps.Add((state, token), next);
            return next;
        }
    }

    /// <summary>What a state still has to write of the blank that it is in, also within a character; null outside of
    /// blanks.</summary>
    /// <param name="last">Where several are possible, the blank that the output was in last goes on.</param>
    internal Term? BlankOf(Term state, LexemeAutomaton? last)
    {
        if (Grammar.Blanks.Count == 0) return null;
        Term? found = null;
        foreach (Term part in Alternatives(state))
        {
            Term head = HeadOf(part);
            if (head.Lexeme is not { } lexeme || !Grammar.Blanks.ContainsKey(lexeme)) continue;
            if (lexeme == last) return head;
            found ??= head;
        }

        return found;
    }

    internal BlankLimits LimitsOf(Term blank) => Grammar.Blanks[blank.Lexeme!];

    /// <summary>The state behind a blank that a state is in.</summary>
    internal Term LeaveBlank(Term state, LexemeAutomaton blank)
    {
        lock (Grammar.Factory)
        {
            return Grammar.Factory.Or([.. Alternatives(state).Select(part =>
                HeadOf(part).Lexeme != blank ? part
                : part.Kind == TermKind.Concat ? part.Parts[1] : Grammar.Factory.Epsilon)]);
        }
    }

    /// <summary>The bytes that must follow, up to a number of them. A blank whose tokens are counted may end before
    /// its text does, so that nothing in it must follow.</summary>
    internal byte[] ForcedBytes(Term state, int countMax)
    {
        lock (Grammar.Factory)
        {
            var bytes = new List<byte>();
            while (bytes.Count < countMax && !state.IsNullable && !IsCounted(state)
                && FirstByte.Only(Grammar.Factory, state) is { } value)
            {
                bytes.Add(value);
                state = _derivation.Step(state, value);
            }

            return [.. bytes];
        }
    }

    private static Term[] Alternatives(Term state) => state.Kind == TermKind.Or ? state.Parts : [state];

    private static Term HeadOf(Term part) => part.Kind == TermKind.Concat ? part.Parts[0] : part;

    private bool IsCounted(Term state) =>
        BlankOf(state, null) is { } blank && LimitsOf(blank).TokensMax is not null;

    private void MakeRoom()
    {
        Grammar.Factory.Trim();
        bool hasRoom = _masks.Count < KeptStates && _steps.Count < KeptStates && _keptIds < KeptIds;
        if (hasRoom && _generation == Grammar.Factory.Generation) return;
        _generation = Grammar.Factory.Generation;
        _keptIds = 0;
        _masks.Clear();
        _steps.Clear();
    }
}

using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Lexemes;

/// <summary>A deterministic automaton over the bytes that a pattern's texts are written with. Rows are made when they
/// are asked for, and again after they were given up for others. Every state but the dead one can still reach
/// acceptance. Thread-safe: the pattern factory is the lock.</summary>
internal sealed class LexemeAutomaton
{
    /// <summary>What <see cref="Step"/> answers where nothing can match.</summary>
    public const int Dead = -1;

    private readonly PatternFactory _factory;
    private readonly LexemeRows _rows;
    private readonly Dictionary<LexemeState, int> _ids = [];
    private LexemeState[] _states = new LexemeState[4];
    private int[]?[] _table = new int[4][];

    /// <param name="factory">Made the pattern; used by nobody else while the automaton is in use.</param>
    /// <param name="pattern">The whole lexeme; live.</param>
    public LexemeAutomaton(PatternFactory factory, Pattern pattern, LexemeEncoding encoding)
    {
        _factory = factory;
        Encoding = encoding;
        _rows = new LexemeRows(factory, encoding, IdOf);
        Start = IdOf(new LexemeState(LexemeStage.Boundary, pattern));
    }

    public LexemeEncoding Encoding { get; }

    public int Start { get; }

    /// <summary>States met so far.</summary>
    public int StateCount => _ids.Count;

    /// <summary>Those of them that have a row of 256 numbers at the moment.</summary>
    public int RowCount { get; private set; }

    /// <summary>The state after a byte, or <see cref="Dead"/>.</summary>
    /// <exception cref="GrammarException">The automaton exceeds its limit of states.</exception>
    public int Step(int state, byte value) => Row(state)[value];

    /// <summary>The states after each byte.</summary>
    public int[] Row(int state) => Volatile.Read(ref _table)[state] ?? MakeRow(state);

    /// <summary>The lexeme may end here.</summary>
    public bool IsAccepting(int state) =>
        _states[state] is { Stage: LexemeStage.Boundary, Pattern.IsNullable: true };

    /// <summary>The lexeme ends here and cannot go on.</summary>
    public bool IsFinal(int state) =>
        _states[state] is { Stage: LexemeStage.Boundary, Pattern.Kind: PatternKind.Epsilon };

    /// <summary>Stands between two characters.</summary>
    public bool IsBoundary(int state) => _states[state].Stage == LexemeStage.Boundary;

    /// <summary>Whatever characters follow, the lexeme goes on and may end after each of them.</summary>
    public bool IsFree(int state) => _states[state].Pattern == _factory.Anything;

    /// <summary>At the start of a character, when any texts up to a length are all that may follow: the least and the
    /// greatest length. Null for other states.</summary>
    public (int Min, int Max)? FreeLengths(int state)
    {
        LexemeState at = _states[state];
        Pattern pattern = at.Pattern;
        if (at.Stage != LexemeStage.Boundary) return null;
        if (pattern == _factory.AnyCharacter) return (1, 1);
        return pattern.Kind == PatternKind.Repeat && pattern.Parts[0] == _factory.AnyCharacter
            ? (pattern.Min, pattern.Max)
            : null;
    }

    /// <summary>The characters that lead back to a state between two characters.</summary>
    public LexemeLoop LoopOf(int state)
    {
        int[] row = Row(state);
        ulong low = 0;
        ulong high = 0;
        for (int value = 0; value < 64; value++)
        {
            if (row[value] == state) low |= 1UL << value;
            if (row[value + 64] == state) high |= 1UL << value;
        }

        lock (_factory)
        {
            Pattern pattern = _states[state].Pattern;
            IEnumerable<(int, int)> back = _factory.Transitions(pattern)
                .Where(next => next.Next == pattern).Select(next => (next.First, next.Last));
            CharacterSet missing = CharacterSet.FromRanges([.. back, (0, 0x7F)]).Complement();
            return new LexemeLoop(low, high, missing.IsEmpty);
        }
    }

    /// <summary>Some character leads to where everything may follow.</summary>
    public bool LeadsToFreedom(int state)
    {
        lock (_factory)
        {
            return _factory.Transitions(_states[state].Pattern).Any(next => next.Next == _factory.Anything);
        }
    }

    private int[] MakeRow(int state)
    {
        lock (_factory)
        {
            if (_table[state] is { } known) return known;
            int[] row = _rows.Make(_states[state]);
            if (RowCount == GrammarLimits.LexemeRows)
            {
                Array.Clear(_table);
                RowCount = 0;
            }

            _table[state] = row;
            RowCount++;
            return row;
        }
    }

    private int IdOf(LexemeState state)
    {
        if (_ids.TryGetValue(state, out int id)) return id;
        id = _ids.Count;
        if (id >= GrammarLimits.LexemeStates)
            throw new GrammarException("", $"a regular expression needs more than {GrammarLimits.LexemeStates} states; simplify it");
        if (id == _states.Length)
        {
            LexemeState[] states = new LexemeState[2 * id];
            int[]?[] table = new int[2 * id][];
            _states.CopyTo(states, 0);
            _table.CopyTo(table, 0);
            _states = states;
            Volatile.Write(ref _table, table);
        }

        _states[id] = state;
        _ids.Add(state, id);
        return id;
    }
}

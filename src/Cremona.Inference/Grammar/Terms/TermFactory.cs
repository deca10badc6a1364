using Cremona.Inference.Grammar.Lexemes;
using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>Makes the terms of one grammar and keeps equal ones equal. Not thread-safe; constraints lock it.</summary>
internal sealed class TermFactory
{
    private readonly Dictionary<Key, Term> _known = [];
    private readonly Dictionary<(Pattern, LexemeEncoding), LexemeAutomaton> _automata = [];
    private int _ids;
    private int _sealedCount;
    private int _sealedIds = int.MaxValue;

    public TermFactory()
    {
        Empty = Make(new Key(TermKind.Empty));
        Epsilon = Make(new Key(TermKind.Epsilon));
    }

    /// <summary>Makes the regular parts of the grammar.</summary>
    public PatternFactory Patterns { get; } = new() { Budget = CompileBudget.Current() };

    public Term Empty { get; }

    public Term Epsilon { get; }

    /// <summary>The automata that were made for this grammar alone.</summary>
    public IReadOnlyCollection<LexemeAutomaton> Automata => _automata.Values;

    /// <summary>Counts the times the memory of derived terms was started afresh.</summary>
    public int Generation { get; private set; }

    public List<Term> Rules { get; } = [];

    /// <summary>Terms kept at the moment.</summary>
    public int Count => _known.Count + Rules.Count;

    public Term Text(string text) => Bytes(System.Text.Encoding.UTF8.GetBytes(text), 0);

    public Term Bytes(byte[] bytes, int offset) =>
        offset == bytes.Length ? Epsilon : Make(new Key(TermKind.Bytes, A: offset, Content: new ByteContent(bytes)));

    /// <summary>A lexeme of its own automaton; nothing when no text matches.</summary>
    public Term Lexeme(Pattern pattern, LexemeEncoding encoding) =>
        pattern == Patterns.Epsilon ? Epsilon
        : Patterns.IsLive(pattern) ? Lexeme(AutomatonOf(pattern, encoding))
        : Empty;

    public Term Lexeme(LexemeAutomaton automaton) => Lexeme(automaton, automaton.Start);

    public Term Lexeme(LexemeAutomaton automaton, int state) =>
        automaton.IsFinal(state) ? Epsilon : Make(new Key(TermKind.Lexeme, A: state, Content: automaton));

    public Term Concat(Term first, Term second)
    {
        if (first == Empty || second == Empty) return Empty;
        if (first == Epsilon) return second;
        if (second == Epsilon) return first;
        return Make(new Key(TermKind.Concat, first.Id, second.Id), [first, second]);
    }

    public Term Concat(params ReadOnlySpan<Term> parts)
    {
        Term result = Epsilon;
        for (int i = parts.Length - 1; i >= 0; i--) result = Concat(parts[i], result);
        return result;
    }

    /// <summary>Any of the terms; those that begin with the same part share it.</summary>
    public Term Or(params IEnumerable<Term> parts)
    {
        var flat = new HashSet<Term>();
        foreach (Term part in parts) Flatten(part, flat);
        if (flat.Count > 1) flat = ShareHeads(flat);
        Term[] sorted = [.. flat.OrderBy(part => part.Id)];
        return sorted.Length switch
        {
            0 => Empty,
            1 => sorted[0],
            _ => Make(new Key(TermKind.Or, Content: new TermParts(sorted)), sorted),
        };
    }

    /// <param name="max"><see cref="Term.Unbounded"/> or at least <paramref name="min"/>.</param>
    public Term Repeat(Term part, int min, int max)
    {
        if (max == 0 || part == Epsilon) return Epsilon;
        if (part == Empty) return min == 0 ? Epsilon : Empty;
        return min == 1 && max == 1 ? part : Make(new Key(TermKind.Repeat, min, max, part), [part]);
    }

    public Term Members(MemberPlace place) => Make(new Key(TermKind.Members, Content: place));

    public Term Name(MemberPlace place) => Make(new Key(TermKind.Name, A: place.Node, Content: place));

    /// <summary>What a rule, or the members of an object, stand for.</summary>
    public static Term BodyOf(Term term) => term.Body ??= term.Place!.List.Continue(term.Place.State);

    public Term Optional(Term part) => Repeat(part, 0, 1);

    /// <summary>A new rule; its body is set by the caller before the grammar is sealed.</summary>
    public Term Rule(string name)
    {
        var rule = new Term { Kind = TermKind.Rule, Id = _ids++, Name = name };
        Rules.Add(rule);
        CheckSize();
        return rule;
    }

    /// <summary>Forgets derived terms when they have become many. Terms in use stay valid; they are only no longer
    /// equal to new ones.</summary>
    public void Trim()
    {
        if (_known.Count < GrammarLimits.KeptTerms + _sealedCount) return;
        foreach (Key key in _known.Where(entry => entry.Value.Id >= _sealedIds).Select(entry => entry.Key).ToArray())
            _known.Remove(key);
        Generation++;
    }

    /// <summary>The grammar is complete: what was made so far is never forgotten.</summary>
    public void Seal()
    {
        Patterns.Budget = null;
        _sealedCount = _known.Count;
        _sealedIds = _ids;
    }

    private LexemeAutomaton AutomatonOf(Pattern pattern, LexemeEncoding encoding)
    {
        if (!_automata.TryGetValue((pattern, encoding), out LexemeAutomaton? automaton))
        {
            automaton = new LexemeAutomaton(Patterns, pattern, encoding);
            _automata.Add((pattern, encoding), automaton);
        }

        return automaton;
    }

    private void Flatten(Term part, HashSet<Term> flat)
    {
        if (part == Empty) return;
        if (part.Kind != TermKind.Or) flat.Add(part);
        else flat.UnionWith(part.Parts);
    }

    private HashSet<Term> ShareHeads(HashSet<Term> parts)
    {
        GrammarLimits.RefuseDeepNesting();
        ILookup<Term, Term> byHead = parts.ToLookup(part => part.Kind == TermKind.Concat ? part.Parts[0] : part);
        if (byHead.Count == parts.Count) return parts;
        var shared = new HashSet<Term>();
        foreach (IGrouping<Term, Term> group in byHead)
        {
            Term[] rests = [.. group.Select(part => part.Kind == TermKind.Concat ? part.Parts[1] : Epsilon)];
            shared.Add(Concat(group.Key, Or(rests)));
        }

        return shared;
    }

    private Term Make(Key key, Term[]? parts = null)
    {
        if (_known.TryGetValue(key, out Term? known)) return known;
        var term = new Term
        {
            Kind = key.Kind,
            Id = _ids++,
            Bytes = key.Content is ByteContent content ? content.Bytes : [],
            Offset = key.Kind == TermKind.Bytes ? key.A : 0,
            Lexeme = key.Content as LexemeAutomaton,
            Place = key.Content as MemberPlace,
            State = key.Kind == TermKind.Lexeme ? key.A : 0,
            Parts = parts ?? [],
            Min = key.A,
            Max = key.B,
        };
        _known.Add(key, term);
        CheckSize();
        return term;
    }

    private void CheckSize()
    {
        Patterns.Budget?.Spend();
        if (_sealedIds == int.MaxValue && _ids > GrammarLimits.GrammarTerms)
            throw new GrammarException("", $"the grammar needs more than {GrammarLimits.GrammarTerms} terms; make it smaller");
    }

    private readonly record struct Key(TermKind Kind, int A = 0, int B = 0, object? Content = null);
}

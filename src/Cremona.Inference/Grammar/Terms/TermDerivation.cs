using Cremona.Inference.Grammar.Lexemes;

namespace Cremona.Inference.Grammar.Terms;

/// <summary>What may be written after a byte.</summary>
internal sealed class TermDerivation(TermFactory factory)
{
    private readonly List<Term> _results = [];
    private readonly HashSet<(Term, Term)> _visited = [];

    /// <summary>The state after a byte; <see cref="TermFactory.Empty"/> where the byte cannot come.</summary>
    public Term Step(Term state, byte value)
    {
        _results.Clear();
        _visited.Clear();
        Collect(state, factory.Epsilon, value);
        return _results.Count == 1 ? _results[0] : factory.Or(_results);
    }

    /// <summary>Adds what is left of a term, and of what follows it, after a byte that belongs to the term.</summary>
    private void Collect(Term term, Term rest, byte value)
    {
        GrammarLimits.RefuseDeepNesting();
        if (!term.IsProductive) return;
        switch (term.Kind)
        {
            case TermKind.Bytes:
                if (term.Bytes[term.Offset] == value)
                    _results.Add(factory.Concat(factory.Bytes(term.Bytes, term.Offset + 1), rest));
                break;
            case TermKind.Lexeme:
                int state = term.Lexeme!.Step(term.State, value);
                if (state != LexemeAutomaton.Dead)
                    _results.Add(factory.Concat(factory.Lexeme(term.Lexeme, state), rest));
                break;
            case TermKind.Concat:
                Collect(term.Parts[0], factory.Concat(term.Parts[1], rest), value);
                if (term.Parts[0].IsNullable) Collect(term.Parts[1], rest, value);
                break;
            case TermKind.Or when _visited.Add((term, rest)):
                foreach (Term part in term.Parts) Collect(part, rest, value);
                break;
            case TermKind.Repeat when _visited.Add((term, rest)):
                Collect(term.Parts[0], factory.Concat(AfterOne(factory, term), rest), value);
                break;
            case TermKind.Rule or TermKind.Members when _visited.Add((term, rest)):
                Collect(TermFactory.BodyOf(term), rest, value);
                break;
            case TermKind.Name:
                CollectName(term.Place!, rest, value);
                break;
        }
    }

    private void CollectName(MemberPlace place, Term rest, byte value)
    {
        MemberList list = place.List;
        int node = list.Names.FindChild(place.Node, value);
        if (node < 0 || !list.CanBegin(place.State, node)) return;
        if (list.AfterName(place.State, node) is { } next) _results.Add(factory.Concat(next, rest));
        if (list.CanGoOn(place.State, node))
            _results.Add(factory.Concat(factory.Name(place with { Node = node }), rest));
    }

    /// <summary>What is left of a repetition after one of its parts.</summary>
    public static Term AfterOne(TermFactory factory, Term repeat) => factory.Repeat(
        repeat.Parts[0], Math.Max(0, repeat.Min - 1), repeat.Max == Term.Unbounded ? Term.Unbounded : repeat.Max - 1);
}

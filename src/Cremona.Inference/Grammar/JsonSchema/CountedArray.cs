using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Writes the items of arrays in which what may come next depends on the items that are there: on their
/// number, on how many meet each <c>contains</c> and, where no two may be equal, on which they are. Each such state is
/// a rule of its own.</summary>
/// <param name="comma">Stands between two items.</param>
internal sealed class CountedArray(TermFactory terms, Term comma, ArrayShape shape)
{
    // Later items are alike: neither a prefix nor a bound of the length tells them apart.
    private readonly int _last = shape.Max != Term.Unbounded
        ? shape.Max
        : Math.Max(1, Math.Max(shape.Prefix.Length, shape.Min));

    private readonly Dictionary<ArrayState, Term> _rules = [];
    private readonly Queue<(ArrayState State, Term Rule)> _open = [];

    /// <summary>What may come at a place, whatever else is there.</summary>
    public required Func<int, IEnumerable<ItemChoice>> ChoicesAt { get; init; }

    /// <summary>What may follow a number of items, at least one, once nothing but that number counts; null where
    /// something always does.</summary>
    public required Func<int, Term>? Tail { get; init; }

    /// <summary>The keyword that makes the states.</summary>
    public required string Keyword { get; init; }

    /// <exception cref="GrammarException">It needs too many states.</exception>
    public Term Write()
    {
        if (shape.Contains.Aggregate(1L, (product, condition) => Math.Min(product * (condition.Top + 1L), int.MaxValue))
            > GrammarLimits.ArrayStates) throw TooMany();
        Term start = After(default);
        while (_open.TryDequeue(out (ArrayState State, Term Rule) next)) next.Rule.Body = Body(next.State);
        return start;
    }

    private Term Body(ArrayState state)
    {
        var choices = new List<Term>();
        if (state.Count >= shape.Min && IsMet(state)) choices.Add(terms.Epsilon);
        if (state.Count >= shape.Max) return terms.Or(choices);
        foreach (ItemChoice choice in ChoicesAt(state.Count))
        {
            if ((state.Used & choice.Value) != 0 || Count(state.Matches, choice.Matches) is not { } matches) continue;
            var next = new ArrayState(Math.Min(state.Count + 1, _last), state.Used | choice.Value, matches);
            choices.Add(terms.Concat(state.Count == 0 ? terms.Epsilon : comma, choice.Item, After(next)));
        }

        return terms.Or(choices);
    }

    private Term After(ArrayState state)
    {
        if (state.Count > 0 && Tail is not null && IsMet(state)) return Tail(state.Count);
        if (_rules.TryGetValue(state, out Term? rule)) return rule;
        if (_rules.Count >= GrammarLimits.ArrayStates) throw TooMany();
        rule = terms.Rule(Keyword);
        _rules.Add(state, rule);
        _open.Enqueue((state, rule));
        return rule;
    }

    private GrammarException TooMany() => new(
        Keyword, $"needs more than {GrammarLimits.ArrayStates} states to count the items; lower minItems, maxItems, minContains or maxContains, or list fewer values");

    private bool IsMet(ArrayState state)
    {
        int matches = state.Matches;
        foreach (ContainsCondition condition in shape.Contains)
        {
            (matches, int count) = Math.DivRem(matches, condition.Top + 1);
            if (count < condition.Min) return false;
        }

        return true;
    }

    /// <summary>The counts after an item; null where it is one too many.</summary>
    private int? Count(int matches, uint counted)
    {
        int result = matches;
        int stride = 1;
        foreach (ContainsCondition condition in shape.Contains)
        {
            bool isCounted = (counted & 1) != 0;
            counted >>= 1;
            int count = matches / stride % (condition.Top + 1);
            if (isCounted && count < condition.Top) result += stride;
            else if (isCounted && condition.IsBounded) return null;
            stride *= condition.Top + 1;
        }

        return result;
    }
}

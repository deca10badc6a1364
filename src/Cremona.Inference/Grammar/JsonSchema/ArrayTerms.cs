using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Writes arrays.</summary>
/// <param name="valueOf">The term of an item.</param>
/// <param name="finiteOf">The JSON texts of an item that has few values, else null.</param>
/// <param name="isEmpty">No item meets all schemas of a set; where that is not known, it is false.</param>
internal sealed class ArrayTerms(
    TermFactory terms, JsonLayout layout, Func<SchemaSet, Term> valueOf, Func<SchemaSet, string[]?> finiteOf,
    Func<SchemaSet, bool> isEmpty)
{
    private const int CountedValuesMax = 64;
    private const int ConditionsMax = 5;
    private const int DisjointPlacesMax = 16;

    /// <exception cref="GrammarException">The array cannot be enforced exactly.</exception>
    public Term Write(ArrayShape shape)
    {
        if (shape.Items.IsNever) shape = shape with { Max = Math.Min(shape.Max, shape.Prefix.Length) };
        if (shape.Min > shape.Max) return terms.Empty;
        IEnumerable<ContainsCondition> counted = shape.Contains.Select(condition => condition.Within(shape.Max));
        shape = shape with { Contains = [.. counted.Where(condition => condition.Min > 0 || condition.IsBounded)] };
        if (shape.IsUnique && shape.Max > 1 && !AreDisjoint(shape))
        {
            bool isCounted = shape.Prefix.Length > 0 || shape.Contains.Length > 0;
            return Bracketed(isCounted ? WriteDistinct(shape) : DistinctItems(shape).Start);
        }

        if (shape.Contains.Length > 0) return Bracketed(WriteContaining(shape));
        Term content = shape.Max == 0 ? terms.Epsilon : terms.Concat(valueOf(shape.At(0)), Tail(shape, 1));
        return Bracketed(shape.Min == 0 ? terms.Optional(content) : content);
    }

    private Term Bracketed(Term content) => terms.Concat(layout.Open("["), content, layout.Close("]"));

    /// <summary>What may follow some items.</summary>
    private Term Tail(ArrayShape shape, int count)
    {
        GrammarLimits.RefuseDeepNesting();
        if (count >= shape.Max) return terms.Epsilon;
        if (count >= shape.Prefix.Length)
        {
            int max = shape.Max == Term.Unbounded ? Term.Unbounded : shape.Max - count;
            return terms.Repeat(Next(valueOf(shape.Items)), Math.Max(0, shape.Min - count), max);
        }

        Term more = terms.Concat(Next(valueOf(shape.Prefix[count])), Tail(shape, count + 1));
        return count >= shape.Min ? terms.Optional(more) : more;
    }

    private Term Next(Term item) => terms.Concat(layout.Comma(), item);

    private bool AreDisjoint(ArrayShape shape)
    {
        if (shape.Max > DisjointPlacesMax) return false;
        SchemaSet[] places = [.. Enumerable.Range(0, shape.Max).Select(shape.At)];
        return places.Index().All(place => places.Skip(place.Index + 1).All(other => isEmpty(place.Item.And(other))));
    }

    /// <summary>Each value at most once.</summary>
    private MemberList DistinctItems(ArrayShape shape)
    {
        string[] values = ValuesOf(shape.Items);
        if (values.Length > GrammarLimits.Members)
            throw new GrammarException("uniqueItems", $"is supported for at most {GrammarLimits.Members} listed values");
        return new MemberList(terms, values, new bool[values.Length])
        {
            Values = [.. values.Select(_ => terms.Epsilon)],
            Other = terms.Empty,
            Comma = layout.Comma(),
            Order = MemberOrder.Free,
            Min = shape.Min,
            Max = shape.Max,
        };
    }

    private Term WriteDistinct(ArrayShape shape)
    {
        int places = Math.Min(shape.Prefix.Length + 1, shape.Max);
        string[][] values = [.. Enumerable.Range(0, places).Select(place => ValuesOf(shape.At(place)))];
        string[] all = [.. values.SelectMany(item => item).Distinct()];
        if (all.Length > CountedValuesMax)
            throw new GrammarException("uniqueItems", $"together with prefixItems or contains is supported for at most {CountedValuesMax} listed values");
        ItemChoice[][] choices =
            [.. values.Select((listed, place) => ListedChoices(shape, shape.At(place), listed, all))];
        return new CountedArray(terms, layout.Comma(), shape)
        {
            ChoicesAt = place => choices[Math.Min(place, places - 1)],
            Tail = null,
            Keyword = "uniqueItems",
        }.Write();
    }

    private ItemChoice[] ListedChoices(ArrayShape shape, SchemaSet place, string[] listed, string[] all)
    {
        string[][] counted = [.. shape.Contains.Select(condition => ValuesOf(place.And(condition.Set)))];
        return
        [
            .. listed.Select(value => new ItemChoice(
                terms.Text(value),
                (uint)counted.Index().Where(item => item.Item.Contains(value)).Sum(item => 1 << item.Index),
                1UL << Array.IndexOf(all, value))),
        ];
    }

    private string[] ValuesOf(SchemaSet items) => finiteOf(items) ?? throw new GrammarException(
        "uniqueItems", "is supported where the items are of few values, which enum, const or a range lists, or the places have no value in common");

    private Term WriteContaining(ArrayShape shape)
    {
        if (shape.Contains.Length > ConditionsMax)
            throw new GrammarException("contains", $"more than {ConditionsMax} conditions on the items of one array are not supported");
        int places = Math.Min(shape.Prefix.Length + 1, shape.Max);
        ItemChoice[][] choices =
            [.. Enumerable.Range(0, places).Select(place => CountedChoices(shape, shape.At(place)))];
        bool isBounded = Array.Exists(shape.Contains, condition => condition.IsBounded);
        return new CountedArray(terms, layout.Comma(), shape)
        {
            ChoicesAt = place => choices[Math.Min(place, places - 1)],
            Tail = isBounded ? null : count => Tail(shape, count),
            Keyword = "contains",
        }.Write();
    }

    /// <summary>Items by the conditions that count them. A condition without an upper bound need not count an item that
    /// meets it, so only bounded ones ask that the others do not.</summary>
    private ItemChoice[] CountedChoices(ArrayShape shape, SchemaSet place)
    {
        List<(SchemaSet Set, uint Matches)> parts = [(place, 0)];
        for (int i = 0; i < shape.Contains.Length; i++)
        {
            ContainsCondition condition = shape.Contains[i];
            SchemaSet[] others = condition.IsBounded ? [.. condition.Set.Negations()] : [SchemaSet.Any];
            uint bit = 1U << i;
            parts =
            [
                .. parts.Select(part => (part.Set.And(condition.Set), part.Matches | bit)),
                .. parts.SelectMany(part => others.Select(other => (part.Set.And(other), part.Matches))),
            ];
            parts.RemoveAll(part => part.Set.IsNever);
        }

        return [.. parts.Select(part => new ItemChoice(valueOf(part.Set), part.Matches, 0))];
    }
}

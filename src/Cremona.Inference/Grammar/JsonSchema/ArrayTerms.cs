using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Writes arrays.</summary>
/// <param name="valueOf">The term of an item.</param>
/// <param name="finiteOf">The JSON texts of an item that has few values, else null.</param>
internal sealed class ArrayTerms(
    TermFactory terms, JsonLayout layout, Func<SchemaSet, Term> valueOf, Func<SchemaSet, string[]?> finiteOf)
{
    private const int UniqueValuesMax = 8;

    /// <exception cref="GrammarException">The array cannot be enforced exactly.</exception>
    public Term Write(ArrayShape shape)
    {
        if (shape.IsUnique && shape.Max > 1) return WriteUnique(shape);
        if (shape.Contains.Length > 0) return WriteContaining(shape);
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

    private Term WriteContaining(ArrayShape shape)
    {
        if (shape.Contains.Length > 1 || shape.Prefix.Length > 0 || shape.Min > 1 || shape.Max != Term.Unbounded)
            throw new GrammarException("contains", "together with other conditions on the items is not supported");
        Term item = valueOf(shape.Items);
        Term contained = valueOf(shape.Items.And(shape.Contains[0]));
        return Bracketed(terms.Concat(
            terms.Repeat(terms.Concat(item, layout.Comma()), 0, Term.Unbounded), contained,
            terms.Repeat(Next(item), 0, Term.Unbounded)));
    }

    private Term WriteUnique(ArrayShape shape)
    {
        string[]? values = shape.Prefix.Length == 0 && shape.Contains.Length == 0 ? finiteOf(shape.Items) : null;
        if (values is null || values.Length > UniqueValuesMax)
            throw new GrammarException("uniqueItems", $"is supported for arrays of at most {UniqueValuesMax} listed values, or of one item");
        var rests = new Dictionary<int, Term>();
        Term first = UniqueRest(shape, values, 0, rests);
        return Bracketed(first);
    }

    /// <summary>Items other than those used already.</summary>
    private Term UniqueRest(ArrayShape shape, string[] values, int used, Dictionary<int, Term> rests)
    {
        if (rests.TryGetValue(used, out Term? known)) return known;
        Term rule = terms.Rule("uniqueItems");
        rests.Add(used, rule);
        int count = System.Numerics.BitOperations.PopCount((uint)used);
        var choices = new List<Term>();
        if (count >= shape.Min) choices.Add(terms.Epsilon);
        for (int i = 0; i < values.Length && count < shape.Max; i++)
        {
            if ((used >> i & 1) != 0) continue;
            Term item = terms.Text(values[i]);
            choices.Add(terms.Concat(
                count == 0 ? item : Next(item), UniqueRest(shape, values, used | (1 << i), rests)));
        }

        rule.Body = terms.Or(choices);
        return rule;
    }
}

using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>The members of one object, from each place on.</summary>
/// <param name="named">In order; none of them is impossible as far as its schemas say.</param>
/// <param name="other">A member of another name, or the empty term.</param>
/// <param name="min">Least number of members.</param>
/// <param name="max">Greatest number.</param>
/// <param name="counts">The number of members so far makes a difference.</param>
internal sealed class MemberTerms(
    TermFactory terms, JsonLayout layout, NamedMember[] named, Term other, int min, int max, bool counts)
{
    private readonly Dictionary<(int Index, int Count), Term> _choices = [];
    private Term[] _members = [];

    /// <summary>All that may stand between the braces.</summary>
    public Term Start(Func<SchemaSet, Term> valueOf)
    {
        _members =
        [
            .. named.Select(member => terms.Concat(
                terms.Text(JsonText.Quote(member.Name)), layout.Colon(), valueOf(member.Value))),
        ];
        return MayEnd(0, 0) ? terms.Optional(Choice(0, 0)) : Choice(0, 0);
    }

    /// <summary>One more member, from a place in the order on, and all that may follow it.</summary>
    private Term Choice(int index, int count)
    {
        int key = counts ? count : 0;
        if (_choices.TryGetValue((index, key), out Term? known)) return known;
        Term rule = terms.Rule("properties");
        _choices.Add((index, key), rule);
        if (counts && count >= max) rule.Body = terms.Empty;
        else if (index == named.Length) rule.Body = Others(count);
        else
        {
            Term member = terms.Concat(_members[index], After(index + 1, count + 1));
            rule.Body = named[index].IsRequired ? member : terms.Or(member, Choice(index + 1, count));
        }

        return rule;
    }

    private Term After(int index, int count)
    {
        if (index == named.Length && other == terms.Empty) return MayEnd(index, count) ? terms.Epsilon : terms.Empty;
        Term more = terms.Concat(layout.Comma(), Choice(index, count));
        return MayEnd(index, count) ? terms.Optional(more) : more;
    }

    private Term Others(int count)
    {
        if (other == terms.Empty) return terms.Empty;
        int least = counts ? Math.Max(0, min - count - 1) : 0;
        int most = counts && max < Term.Unbounded ? max - count - 1 : Term.Unbounded;
        return terms.Concat(other, terms.Repeat(terms.Concat(layout.Comma(), other), least, most));
    }

    private bool MayEnd(int index, int count)
    {
        for (int i = index; i < named.Length; i++)
            if (named[i].IsRequired) return false;
        return !counts || count >= min;
    }
}

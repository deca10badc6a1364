using Cremona.Inference.Grammar.Patterns;
using Cremona.Inference.Grammar.Terms;

namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Writes objects.</summary>
/// <param name="valueOf">The term of a member's value.</param>
/// <param name="texts">Writes member names that a pattern describes.</param>
internal sealed class ObjectTerms(
    TermFactory terms, JsonLayout layout, Func<SchemaSet, Term> valueOf, SchemaTerms texts,
    MemberOrder order)
{
    /// <exception cref="GrammarException">The object cannot be enforced exactly.</exception>
    public Term Write(ObjectShape shape)
    {
        NamedMember[] named = [.. shape.Named.Where(member => !member.Value.IsNever)];
        Term other = Other(shape);
        int required = named.Count(member => member.IsRequired);
        int missing = shape.Min - required;
        if (missing > 1 && other != terms.Empty)
            throw new GrammarException("minProperties", "beyond the required members by more than one is supported only for members with given names");
        if (named.Length > GrammarLimits.Members)
            throw new GrammarException("properties", $"names more than {GrammarLimits.Members} members");
        var members = new MemberList(
            terms,
            [.. named.Select(member => JsonText.Quote(member.Name))],
            [.. named.Select(member => member.IsRequired)])
        {
            Values = [.. named.Select(member => terms.Concat(layout.Colon(), valueOf(member.Value)))],
            Other = other,
            Comma = layout.Comma(),
            Order = order,
            Min = shape.Min,
            Max = shape.Max,
        };
        return terms.Concat(layout.Open("{"), members.Start, layout.Close("}"));
    }

    /// <summary>A member of a name that is not given; nothing when there is none.</summary>
    private Term Other(ObjectShape shape)
    {
        PatternFactory patterns = terms.Patterns;
        Pattern named = patterns.Or(shape.Named.Select(member => patterns.Literal(member.Name)));
        var choices = new List<Term>();
        foreach (OtherMembers others in shape.Others)
        {
            Pattern names = patterns.And(others.Names, patterns.Not(named));
            if (others.Value.IsNever || !patterns.IsLive(names)) continue;
            choices.Add(terms.Concat(texts.Text(names), layout.Colon(), valueOf(others.Value)));
        }

        return terms.Or(choices);
    }
}

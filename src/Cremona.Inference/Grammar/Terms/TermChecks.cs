namespace Cremona.Inference.Grammar.Terms;

/// <summary>What must be known of a complete grammar before it is used: which rules match the empty output, which
/// match anything, and that none begins with itself.</summary>
internal static class TermChecks
{
    /// <exception cref="GrammarException">A rule begins with itself, or nothing matches.</exception>
    public static void Complete(TermFactory factory, Term root)
    {
        Settle(factory, static rule => rule.Nullable, static (rule, value) => rule.Nullable = value, IsNullable);
        Settle(
            factory, static rule => rule.Productive, static (rule, value) => rule.Productive = value,
            IsProductive);
        RefuseLeftRecursion(factory);
        if (!root.IsProductive) throw new GrammarException("", "nothing matches this grammar");
        factory.Seal();
    }

    /// <summary>The least fixed point of a property of rules.</summary>
    private static void Settle(
        TermFactory factory, Func<Term, bool?> get, Action<Term, bool> set, Func<Term, bool> holds)
    {
        bool isChanged = true;
        while (isChanged)
        {
            isChanged = false;
            foreach (Term rule in Enumerable.Reverse(factory.Rules))
            {
                factory.Patterns.Budget?.Spend();
                if (get(rule) == true || !holds(rule.Body!)) continue;
                set(rule, true);
                isChanged = true;
            }
        }

        foreach (Term rule in factory.Rules) set(rule, get(rule) == true);
    }

    // These do not keep what they find in terms that are no rules: it may still change.
    private static bool IsNullable(Term term)
    {
        GrammarLimits.RefuseDeepNesting();
        return term.Kind switch
        {
            TermKind.Rule => term.Nullable == true,
            TermKind.Concat => Array.TrueForAll(term.Parts, IsNullable),
            TermKind.Or => Array.Exists(term.Parts, IsNullable),
            TermKind.Repeat => term.Min == 0 || IsNullable(term.Parts[0]),
            _ => term.IsNullable,
        };
    }

    private static bool IsProductive(Term term)
    {
        GrammarLimits.RefuseDeepNesting();
        return term.Kind switch
        {
            TermKind.Rule => term.Productive == true,
            TermKind.Concat => Array.TrueForAll(term.Parts, IsProductive),
            TermKind.Or => Array.Exists(term.Parts, IsProductive),
            TermKind.Repeat => term.Min == 0 || IsProductive(term.Parts[0]),
            TermKind.Members => term.Place!.List.IsProductive(IsProductive),
            _ => term.IsProductive,
        };
    }

    private static void RefuseLeftRecursion(TermFactory factory)
    {
        var done = new HashSet<Term>();
        foreach (Term start in factory.Rules)
        {
            factory.Patterns.Budget?.Spend();
            var path = new List<Term>();
            Visit(start, path, done);
        }
    }

    private static void Visit(Term rule, List<Term> path, HashSet<Term> done)
    {
        GrammarLimits.RefuseDeepNesting();
        if (path.Contains(rule))
            throw new GrammarException(rule.Name, "begins with itself; write the repetition as ( … )*");
        if (!done.Add(rule)) return;
        if (path.Count > GrammarLimits.Starts) throw new GrammarException(rule.Name, "rules are nested too deeply");
        path.Add(rule);
        var starts = new HashSet<Term>();
        AddStarts(rule.Body!, starts);
        foreach (Term start in starts) Visit(start, path, done);
        path.RemoveAt(path.Count - 1);
    }

    /// <summary>The rules that a term may begin with.</summary>
    private static void AddStarts(Term term, HashSet<Term> starts)
    {
        GrammarLimits.RefuseDeepNesting();
        switch (term.Kind)
        {
            case TermKind.Rule:
                starts.Add(term);
                break;
            case TermKind.Concat:
                AddStarts(term.Parts[0], starts);
                if (term.Parts[0].IsNullable) AddStarts(term.Parts[1], starts);
                break;
            case TermKind.Or or TermKind.Repeat:
                foreach (Term part in term.Parts) AddStarts(part, starts);
                break;
        }
    }
}

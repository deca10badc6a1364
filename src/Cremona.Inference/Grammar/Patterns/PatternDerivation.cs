namespace Cremona.Inference.Grammar.Patterns;

/// <summary>Derivatives of patterns, computed for all characters at once, and the search for patterns that nothing
/// matches.</summary>
internal sealed class PatternDerivation(PatternFactory factory)
{
    /// <summary>Transitions into patterns that something matches.</summary>
    public PatternTransition[] LiveTransitions(Pattern pattern)
    {
        PatternTransition[] all = Transitions(pattern);
        return pattern.NeedsSearch ? Array.FindAll(all, transition => IsLive(transition.Next)) : all;
    }

    /// <summary>Searches depth first for a pattern that the empty text matches.</summary>
    public bool IsLive(Pattern start)
    {
        if (start.IsLive is { } known) return known;
        var path = new Stack<(Pattern Pattern, int Next)>();
        var visited = new HashSet<Pattern> { start };
        path.Push((start, 0));
        while (path.TryPop(out (Pattern Pattern, int Next) top))
        {
            factory.Budget?.Spend();
            PatternTransition[] transitions = Transitions(top.Pattern);
            if (top.Next == transitions.Length) continue;
            path.Push((top.Pattern, top.Next + 1));
            Pattern next = transitions[top.Next].Next;
            if (next.IsLive == false) continue;
            if (next.IsLive == true)
            {
                foreach ((Pattern above, _) in path) above.IsLive = true;
                return true;
            }

            if (!visited.Add(next)) continue;
            if (visited.Count > GrammarLimits.SearchStates)
                throw new GrammarException("", $"the regular expressions together need more than {GrammarLimits.SearchStates} states to find a matching text; simplify them");
            path.Push((next, 0));
        }

        foreach (Pattern dead in visited) dead.IsLive = false;
        return false;
    }

    private PatternTransition[] Transitions(Pattern pattern)
    {
        if (pattern.Transitions is { } known) return known;
        GrammarLimits.RefuseDeepNesting();
        return pattern.Transitions = Derive(pattern);
    }

    private PatternTransition[] Derive(Pattern pattern) => pattern.Kind switch
    {
        PatternKind.Empty or PatternKind.Epsilon => [],
        PatternKind.Class =>
            [.. pattern.Set.Ranges.Select(range => new PatternTransition(range.First, range.Last, factory.Epsilon))],
        PatternKind.Concat => OfConcat(pattern.Parts[0], pattern.Parts[1]),
        PatternKind.Or => Merge(pattern.Parts, (x, y) => factory.Or(x, y), isUnion: true),
        PatternKind.And => Merge(pattern.Parts, (x, y) => factory.And(x, y), isUnion: false),
        PatternKind.Not => OfNot(pattern.Parts[0]),
        PatternKind.Repeat => OfRepeat(pattern),
        _ => OfMultiple(pattern.Remainder),
    };

    private PatternTransition[] OfConcat(Pattern first, Pattern second)
    {
        PatternTransition[] transitions = Append(Transitions(first), second);
        return first.IsNullable
            ? Merge(transitions, Transitions(second), (x, y) => factory.Or(x, y), isUnion: true)
            : transitions;
    }

    private PatternTransition[] OfRepeat(Pattern repeat)
    {
        int max = repeat.Max == Pattern.Unbounded ? Pattern.Unbounded : repeat.Max - 1;
        Pattern rest = factory.Repeat(repeat.Parts[0], Math.Max(0, repeat.Min - 1), max);
        return Append(Transitions(repeat.Parts[0]), rest);
    }

    private PatternTransition[] OfNot(Pattern part)
    {
        var result = new List<PatternTransition>();
        int next = 0;
        foreach (PatternTransition transition in Transitions(part))
        {
            AddAnything(result, next, transition.First - 1);
            Add(result, transition with { Next = factory.Not(transition.Next) });
            next = transition.Last + 1;
        }

        AddAnything(result, next, 0x10FFFF);
        return [.. result];
    }

    private PatternTransition[] OfMultiple(DecimalRemainder remainder)
    {
        var result = new List<PatternTransition>();
        if (remainder.Places < 0)
        {
            result.Add(new('-', '-', factory.Multiple(remainder)));
            result.Add(new('.', '.', factory.Multiple(remainder.Point()!.Value)));
        }

        for (int digit = 0; digit <= 9; digit++)
        {
            if (remainder.Append(digit) is { } next) Add(result, new('0' + digit, '0' + digit, factory.Multiple(next)));
        }

        return [.. result];
    }

    private PatternTransition[] Append(PatternTransition[] transitions, Pattern rest)
    {
        var result = new List<PatternTransition>(transitions.Length);
        foreach (PatternTransition transition in transitions)
            Add(result, transition with { Next = factory.Concat(transition.Next, rest) });
        return [.. result];
    }

    private PatternTransition[] Merge(ReadOnlySpan<Pattern> parts, Func<Pattern, Pattern, Pattern> join, bool isUnion)
    {
        if (parts.Length == 1) return Transitions(parts[0]);
        int middle = parts.Length / 2;
        return Merge(Merge(parts[..middle], join, isUnion), Merge(parts[middle..], join, isUnion), join, isUnion);
    }

    private static PatternTransition[] Merge(
        PatternTransition[] left, PatternTransition[] right, Func<Pattern, Pattern, Pattern> join, bool isUnion)
    {
        var result = new List<PatternTransition>(left.Length + right.Length);
        int i = 0;
        int j = 0;
        int from = 0;
        while (i < left.Length || j < right.Length)
        {
            (Pattern? x, int xEnd) = At(left, i, from);
            (Pattern? y, int yEnd) = At(right, j, from);
            int end = Math.Min(xEnd, yEnd);
            if (x is not null && y is not null) Add(result, new(from, end, join(x, y)));
            else if (isUnion && (x ?? y) is { } only) Add(result, new(from, end, only));
            from = end + 1;
            if (i < left.Length && left[i].Last < from) i++;
            if (j < right.Length && right[j].Last < from) j++;
        }

        return [.. result];
    }

    /// <summary>What one side says at a character, and up to where it says so.</summary>
    private static (Pattern? Next, int End) At(PatternTransition[] side, int index, int from)
    {
        if (index == side.Length) return (null, int.MaxValue - 1);
        return side[index].First > from ? (null, side[index].First - 1) : (side[index].Next, side[index].Last);
    }

    private void AddAnything(List<PatternTransition> list, int first, int last)
    {
        foreach ((int start, int end) in CharacterSet.Of(first, last).Ranges)
            Add(list, new(start, end, factory.Anything));
    }

    private static void Add(List<PatternTransition> list, PatternTransition transition)
    {
        if (transition.First > transition.Last || transition.Next.Kind == PatternKind.Empty) return;
        if (list.Count > 0 && list[^1].Next == transition.Next && list[^1].Last + 1 == transition.First)
            list[^1] = list[^1] with { Last = transition.Last };
        else list.Add(transition);
    }
}

using System.Text;

namespace Cremona.Inference.Grammar.Patterns;

/// <summary>Makes patterns in a normal form and keeps equal ones equal. Not thread-safe; automata made from its
/// patterns lock it.</summary>
internal sealed class PatternFactory
{
    private readonly Dictionary<Key, Pattern> _known = [];
    private readonly Dictionary<int, Pattern> _characters = [];
    private readonly PatternDerivation _derivation;

    public PatternFactory()
    {
        _derivation = new PatternDerivation(this);
        Empty = Make(new Key(PatternKind.Empty), isNullable: false);
        Epsilon = Make(new Key(PatternKind.Epsilon), isNullable: true);
        AnyCharacter = Class(CharacterSet.All);
        var star = new Key(PatternKind.Repeat, 0, Pattern.Unbounded, Parts: new([AnyCharacter]));
        Anything = Make(star, isNullable: true);
    }

    /// <summary>Bounds the time while the grammar is compiled; null afterwards.</summary>
    public CompileBudget? Budget { get; set; }

    public Pattern Empty { get; }

    public Pattern Epsilon { get; }

    public Pattern AnyCharacter { get; }

    /// <summary>Every text.</summary>
    public Pattern Anything { get; }

    public Pattern Class(CharacterSet set) =>
        set.IsEmpty ? Empty : Make(new Key(PatternKind.Class, Set: set), isNullable: false);

    public Pattern Literal(string text)
    {
        Pattern result = Epsilon;
        foreach (Rune rune in text.EnumerateRunes().Reverse())
            result = Concat(Character(rune.Value), result);
        return result;
    }

    private Pattern Character(int scalar)
    {
        if (_characters.TryGetValue(scalar, out Pattern? known)) return known;
        Pattern character = Class(CharacterSet.Of(scalar));
        _characters.Add(scalar, character);
        return character;
    }

    public Pattern Concat(Pattern first, Pattern second)
    {
        if (first == Empty || second == Empty) return Empty;
        if (first == Epsilon) return second;
        if (second == Epsilon) return first;
        if (first == Anything && second == Anything) return Anything;
        if (first.Kind == PatternKind.Concat) return Append(first, second);
        return Make(new Key(PatternKind.Concat, Parts: new([first, second])), first.IsNullable && second.IsNullable);
    }

    /// <summary>Chains lean to the right; a long one is walked, not descended into.</summary>
    private Pattern Append(Pattern chain, Pattern second)
    {
        var heads = new List<Pattern>();
        for (; chain.Kind == PatternKind.Concat; chain = chain.Parts[1]) heads.Add(chain.Parts[0]);
        Pattern result = Concat(chain, second);
        for (int i = heads.Count - 1; i >= 0; i--) result = Concat(heads[i], result);
        return result;
    }

    public Pattern Concat(params ReadOnlySpan<Pattern> parts)
    {
        Pattern result = Epsilon;
        for (int i = parts.Length - 1; i >= 0; i--) result = Concat(parts[i], result);
        return result;
    }

    public Pattern Or(params IEnumerable<Pattern> parts)
    {
        List<Pattern> flat = Flatten(parts, PatternKind.Or);
        if (flat.Contains(Anything)) return Anything;
        flat.RemoveAll(part => part == Empty);
        CharacterSet[] sets = [.. flat.Where(part => part.Kind == PatternKind.Class).Select(part => part.Set)];
        if (sets.Length > 1)
        {
            flat.RemoveAll(part => part.Kind == PatternKind.Class);
            flat.Add(Class(CharacterSet.FromRanges(sets.SelectMany(set => set.Ranges))));
        }

        Pattern[] sorted = Sorted(flat);
        return sorted.Length switch
        {
            0 => Empty,
            1 => sorted[0],
            _ => Make(new Key(PatternKind.Or, Parts: new(sorted)), sorted.Any(part => part.IsNullable)),
        };
    }

    public Pattern And(params IEnumerable<Pattern> parts)
    {
        List<Pattern> flat = Flatten(parts, PatternKind.And);
        if (flat.Contains(Empty)) return Empty;
        flat.RemoveAll(part => part == Anything);
        Pattern[] sorted = Sorted(flat);
        if (sorted.Length == 0) return Anything;
        if (sorted.Length == 1) return sorted[0];
        bool isNullable = sorted.All(part => part.IsNullable);
        if (sorted.Contains(Epsilon)) return isNullable ? Epsilon : Empty;
        return Make(new Key(PatternKind.And, Parts: new(sorted)), isNullable);
    }

    public Pattern Not(Pattern part)
    {
        if (part == Empty) return Anything;
        if (part == Anything) return Empty;
        if (part.Kind == PatternKind.Not) return part.Parts[0];
        return Make(new Key(PatternKind.Not, Parts: new([part])), !part.IsNullable);
    }

    /// <param name="max"><see cref="Pattern.Unbounded"/> or at least <paramref name="min"/>.</param>
    public Pattern Repeat(Pattern part, int min, int max)
    {
        if (max == 0 || part == Epsilon) return Epsilon;
        if (part == Empty) return min == 0 ? Epsilon : Empty;
        if (min == 1 && max == 1) return part;
        if (part == Anything) return Anything;
        bool isStar = part is { Kind: PatternKind.Repeat, Min: 0, Max: Pattern.Unbounded };
        if (isStar) return part;
        int least = part.IsNullable ? 0 : min;
        return Make(new Key(PatternKind.Repeat, least, max, Parts: new([part])), least == 0);
    }

    public Pattern Optional(Pattern part) => Repeat(part, 0, 1);

    public Pattern Star(Pattern part) => Repeat(part, 0, Pattern.Unbounded);

    /// <summary>Decimal texts, without exponent, whose value is a multiple; the sign and the form of the digits are
    /// not looked at.</summary>
    public Pattern Multiple(DecimalRemainder remainder) =>
        Make(new Key(PatternKind.Multiple, Remainder: remainder), remainder.IsMultiple);

    /// <summary>What follows each character: sorted ranges, all of them live.</summary>
    public PatternTransition[] Transitions(Pattern pattern) => _derivation.LiveTransitions(pattern);

    /// <summary>Whether any text matches.</summary>
    /// <exception cref="GrammarException">The search exceeds its limit.</exception>
    public bool IsLive(Pattern pattern) => _derivation.IsLive(pattern);

    /// <summary>Whether a whole text matches.</summary>
    public bool Matches(Pattern pattern, string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            PatternTransition[] transitions = Transitions(pattern);
            int index = Array.FindIndex(transitions, next => next.Last >= rune.Value);
            if (index < 0 || transitions[index].First > rune.Value) return false;
            pattern = transitions[index].Next;
        }

        return pattern.IsNullable;
    }

    private static List<Pattern> Flatten(IEnumerable<Pattern> parts, PatternKind kind)
    {
        var flat = new List<Pattern>();
        foreach (Pattern part in parts)
        {
            if (part.Kind == kind) flat.AddRange(part.Parts);
            else flat.Add(part);
        }

        return flat;
    }

    private static Pattern[] Sorted(List<Pattern> parts)
    {
        parts.Sort(static (x, y) => x.Id.CompareTo(y.Id));
        return [.. parts.Distinct()];
    }

    private Pattern Make(Key key, bool isNullable)
    {
        Budget?.Spend();
        if (_known.TryGetValue(key, out Pattern? known)) return known;
        if (_known.Count >= GrammarLimits.PatternTerms)
            throw new GrammarException("", $"the regular expressions need more than {GrammarLimits.PatternTerms} states; simplify them");
        Pattern[] parts = key.Parts.Items;
        bool needsSearch = key.Kind is PatternKind.And or PatternKind.Not or PatternKind.Multiple
            || parts.Any(part => part.NeedsSearch);
        var pattern = new Pattern
        {
            Kind = key.Kind,
            Id = _known.Count,
            Set = key.Set ?? CharacterSet.None,
            Parts = parts,
            Min = key.Min,
            Max = key.Max,
            Remainder = key.Remainder,
            IsNullable = isNullable,
            NeedsSearch = needsSearch,
            IsLive = isNullable ? true : key.Kind == PatternKind.Empty ? false : needsSearch ? null : true,
        };
        _known.Add(key, pattern);
        return pattern;
    }

    private readonly record struct Key(
        PatternKind Kind, int Min = 0, int Max = 0, CharacterSet? Set = null, PatternParts Parts = default,
        DecimalRemainder Remainder = default);
}

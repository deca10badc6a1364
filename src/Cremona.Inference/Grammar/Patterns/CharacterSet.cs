using System.Globalization;

namespace Cremona.Inference.Grammar.Patterns;

/// <summary>An immutable set of Unicode scalar values: sorted ranges that neither touch nor overlap.</summary>
internal sealed class CharacterSet : IEquatable<CharacterSet>
{
    private const int SurrogatesFirst = 0xD800;
    private const int SurrogatesLast = 0xDFFF;
    private readonly int _hash;

    private CharacterSet(List<(int First, int Last)> ranges)
    {
        Ranges = [.. ranges];
        foreach ((int first, int last) in ranges) _hash = HashCode.Combine(_hash, first, last);
    }

    /// <summary>Every scalar value; surrogates are none.</summary>
    public static CharacterSet All { get; } = FromRanges([(0, char.MaxValue), (0x10000, 0x10FFFF)]);

    public static CharacterSet None { get; } = FromRanges([]);

    public (int First, int Last)[] Ranges { get; }

    public bool IsEmpty => Ranges.Length == 0;

    /// <summary>Ranges in any order; surrogates are left out.</summary>
    public static CharacterSet FromRanges(IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in ranges.SelectMany(WithoutSurrogates).Order())
        {
            if (first > last) continue;
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(last, merged[^1].Last));
            else merged.Add((first, last));
        }

        return new CharacterSet(merged);
    }

    public static CharacterSet Of(int first, int last) =>
        first > last || (first <= SurrogatesLast && last >= SurrogatesFirst)
            ? FromRanges([(first, last)])
            : new CharacterSet([(first, last)]);

    public static CharacterSet Of(int scalar) => Of(scalar, scalar);

    public CharacterSet Union(CharacterSet other) => FromRanges(Ranges.Concat(other.Ranges));

    public CharacterSet Complement()
    {
        var ranges = new List<(int, int)>();
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (next < first) ranges.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= 0x10FFFF) ranges.Add((next, 0x10FFFF));
        return FromRanges(ranges);
    }

    public bool Equals(CharacterSet? other) =>
        other is not null && _hash == other._hash && Ranges.AsSpan().SequenceEqual(other.Ranges);

    public override bool Equals(object? obj) => Equals(obj as CharacterSet);

    public override int GetHashCode() => _hash;

    public override string ToString() =>
        string.Join(",", Ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.First:X}-{r.Last:X}")));

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last) range)
    {
        if (range.Last < SurrogatesFirst || range.First > SurrogatesLast) return [range];
        return
        [
            (range.First, Math.Min(range.Last, SurrogatesFirst - 1)),
            (Math.Max(range.First, SurrogatesLast + 1), range.Last),
        ];
    }
}

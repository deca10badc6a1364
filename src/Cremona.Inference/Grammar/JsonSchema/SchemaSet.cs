namespace Cremona.Inference.Grammar.JsonSchema;

/// <summary>Schemas that hold all at once, some of them negated. Equal sets are equal, which ends the recursion of
/// schemas that use themselves.</summary>
internal sealed class SchemaSet : IEquatable<SchemaSet>
{
    private readonly int[] _codes; // sorted; node * 2, plus 1 where negated
    private readonly int _hash;

    private SchemaSet(int[] codes)
    {
        _codes = codes;
        foreach (int code in codes) _hash = HashCode.Combine(_hash, code);
    }

    /// <summary>Every value.</summary>
    public static SchemaSet Any { get; } = new([]);

    /// <summary>No value.</summary>
    public static SchemaSet Never { get; } = new([-1]);

    public bool IsAny => _codes.Length == 0;

    public bool IsNever => _codes is [-1, ..];

    public IEnumerable<(int Node, bool IsNegated)> Members => _codes.Select(code => (code >> 1, (code & 1) != 0));

    public static SchemaSet Of(int node, bool isNegated = false) => new([(node * 2) + (isNegated ? 1 : 0)]);

    public SchemaSet And(SchemaSet other)
    {
        if (IsNever || other.IsAny) return this;
        if (other.IsNever || IsAny) return other;
        int[] codes = [.. _codes.Union(other._codes).Order()];
        for (int i = 1; i < codes.Length; i++)
            if (codes[i] == codes[i - 1] + 1 && codes[i] % 2 == 1) return Never;
        return new SchemaSet(codes);
    }

    /// <summary>Sets of which at least one holds exactly when this one does not.</summary>
    public IEnumerable<SchemaSet> Negations() =>
        IsNever ? [Any] : Members.Select(member => Of(member.Node, !member.IsNegated));

    public bool Equals(SchemaSet? other) =>
        other is not null && _hash == other._hash && _codes.AsSpan().SequenceEqual(other._codes);

    public override bool Equals(object? obj) => Equals(obj as SchemaSet);

    public override int GetHashCode() => _hash;

    public override string ToString() => string.Join('&', _codes);
}

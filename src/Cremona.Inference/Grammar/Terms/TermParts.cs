namespace Cremona.Inference.Grammar.Terms;

/// <summary>Terms, equal when they are the same objects in the same order.</summary>
internal sealed class TermParts : IEquatable<TermParts>
{
    private readonly Term[] _items;
    private readonly int _hash;

    public TermParts(Term[] items)
    {
        _items = items;
        foreach (Term item in items) _hash = HashCode.Combine(_hash, item.Id);
    }

    public bool Equals(TermParts? other) =>
        other is not null && _hash == other._hash && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as TermParts);

    public override int GetHashCode() => _hash;
}

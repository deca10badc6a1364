namespace Cremona.Inference.Grammar.Patterns;

/// <summary>Parts of a pattern, equal when they are the same objects in the same order.</summary>
internal readonly struct PatternParts(Pattern[] items) : IEquatable<PatternParts>
{
    public Pattern[] Items => items ?? [];

    public bool Equals(PatternParts other) => Items.AsSpan().SequenceEqual(other.Items);

    public override bool Equals(object? obj) => obj is PatternParts other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Pattern item in Items) hash.Add(item.Id);
        return hash.ToHashCode();
    }
}

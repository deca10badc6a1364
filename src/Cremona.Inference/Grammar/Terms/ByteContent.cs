namespace Cremona.Inference.Grammar.Terms;

/// <summary>Bytes, equal when they are the same.</summary>
internal sealed class ByteContent : IEquatable<ByteContent>
{
    private readonly int _hash;

    public ByteContent(byte[] bytes)
    {
        Bytes = bytes;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        _hash = hash.ToHashCode();
    }

    public byte[] Bytes { get; }

    public bool Equals(ByteContent? other) =>
        other is not null && _hash == other._hash
        && (Bytes == other.Bytes || Bytes.AsSpan().SequenceEqual(other.Bytes));

    public override bool Equals(object? obj) => Equals(obj as ByteContent);

    public override int GetHashCode() => _hash;
}

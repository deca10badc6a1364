namespace Cremona.Inference.Templates.Jinja;

/// <summary>Text whose characters know where they came from. Immutable.</summary>
public sealed class MarkedText
{
    /// <summary>Written by the template itself.</summary>
    public const int FromTemplate = 0;

    /// <summary>Given from outside, but by no turn: tools and other variables.</summary>
    public const int FromOutside = -1;

    private readonly int _origin; // of all characters, where there is no list
    private readonly int[]? _origins; // by character

    /// <param name="text">The characters.</param>
    /// <param name="origin"><see cref="FromTemplate"/>, <see cref="FromOutside"/> or the number of a turn from
    /// 1.</param>
    public MarkedText(string text, int origin = FromTemplate) => (Text, _origin) = (text, origin);

    internal MarkedText(string text, int[] origins) => (Text, _origins) = (text, origins);

    public static MarkedText Empty { get; } = new("");

    public string Text { get; }

    public int Length => Text.Length;

    /// <summary>Where a character came from.</summary>
    public int OriginAt(int index) => _origins is null ? _origin : _origins[index];

    public MarkedText Slice(int start, int length)
    {
        if (length == Text.Length) return this;
        string part = Text.Substring(start, length);
        return _origins is null ? new(part, _origin) : new(part, _origins.AsSpan(start, length).ToArray());
    }

    public override string ToString() => Text;

    /// <summary>The same characters written otherwise, one for one.</summary>
    /// <exception cref="ArgumentException">The number of characters changes.</exception>
    internal MarkedText With(string text)
    {
        if (text.Length != Text.Length) throw new ArgumentException("The length changes.", nameof(text));
        return _origins is null ? new(text, _origin) : new(text, _origins);
    }

    internal void CopyOrigins(int start, Span<int> target)
    {
        if (_origins is null) target.Fill(_origin);
        else _origins.AsSpan(start, target.Length).CopyTo(target);
    }
}

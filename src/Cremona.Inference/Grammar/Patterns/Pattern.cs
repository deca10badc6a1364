namespace Cremona.Inference.Grammar.Patterns;

/// <summary>A regular language over characters as an immutable term. Equal terms of one
/// <see cref="PatternFactory"/> are one object, so that a term is also a state of the automaton that its derivatives
/// make (Brzozowski, 1964; symbolic over character sets, Stanford, Veanes and Bjørner, 2014).</summary>
internal sealed class Pattern
{
    public const int Unbounded = int.MaxValue;

    public required PatternKind Kind { get; init; }

    /// <summary>In order of creation; sorts the parts of <c>Or</c> and <c>And</c>.</summary>
    public required int Id { get; init; }

    /// <summary>The characters of a <c>Class</c>.</summary>
    public CharacterSet Set { get; init; } = CharacterSet.None;

    /// <summary>The parts; two of a <c>Concat</c>, one of <c>Not</c> and <c>Repeat</c>.</summary>
    public Pattern[] Parts { get; init; } = [];

    /// <summary>Least and greatest number of a <c>Repeat</c>.</summary>
    public int Min { get; init; }

    public int Max { get; init; }

    /// <summary>Where a <c>Multiple</c> stands.</summary>
    public DecimalRemainder Remainder { get; init; }

    /// <summary>Matches the empty text.</summary>
    public required bool IsNullable { get; init; }

    /// <summary>Holds an <c>And</c>, <c>Not</c> or <c>Multiple</c>, so that only a search tells whether anything
    /// matches.</summary>
    public required bool NeedsSearch { get; init; }

    /// <summary>What follows each character, once computed: sorted ranges without <c>Empty</c>.</summary>
    public PatternTransition[]? Transitions { get; set; }

    /// <summary>Whether anything matches, once known.</summary>
    public bool? IsLive { get; set; }
}

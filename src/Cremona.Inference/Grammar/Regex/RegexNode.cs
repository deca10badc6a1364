using Cremona.Inference.Grammar.Patterns;

namespace Cremona.Inference.Grammar.Regex;

/// <summary>A regular expression as it is written.</summary>
/// <param name="Kind">Which of the fields count.</param>
internal sealed record RegexNode(RegexKind Kind)
{
    public CharacterSet Set { get; init; } = CharacterSet.None;

    public RegexNode[] Parts { get; init; } = [];

    public int Min { get; init; }

    public int Max { get; init; }

    /// <summary>A look-ahead that must not match.</summary>
    public bool IsNegative { get; init; }

    /// <summary>Depends on what stands around it, so that it is more than a set of texts.</summary>
    public bool HasAssertion => Kind is RegexKind.Start or RegexKind.End or RegexKind.LookAhead
        || Parts.Any(part => part.HasAssertion);

    public bool HasStart => Kind == RegexKind.Start || Parts.Any(part => part.HasStart);
}

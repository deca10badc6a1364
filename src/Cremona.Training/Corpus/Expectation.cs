namespace Cremona.Training.Corpus;

/// <summary>What makes an answer right, whatever its wording.</summary>
/// <param name="Skill">The skill that the answer shows.</param>
/// <param name="Needed">Each of these stands in a right answer.</param>
/// <param name="Wrong">None of these does: what a model would say that mixed things up.</param>
internal sealed record Expectation(Skill Skill, IReadOnlyList<string> Needed, IReadOnlyList<string> Wrong)
{
    /// <summary>At least one of these stands in a right answer; empty asks for nothing.</summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    /// <summary>A right answer is in the language of the expected one.</summary>
    public bool KeepsLanguage { get; init; }
}

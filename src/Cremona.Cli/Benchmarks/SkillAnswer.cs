using Cremona.Training.Corpus;

namespace Cremona.Cli.Benchmarks;

/// <summary>A case with what the model said.</summary>
internal sealed record SkillAnswer(SkillCase Case, string Answer)
{
    public bool IsRight => Case.IsRight(Answer);
}

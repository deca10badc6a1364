using Cremona.Inference.Templates;
using Cremona.Training.Corpus.Skills;

namespace Cremona.Training.Corpus;

/// <summary>The cases on which the embedded model is measured: dialogues with names, cities and phrases that no
/// training dialogue has, each up to one answer.</summary>
public static class SkillCases
{
    private const ulong CaseSeed = 0x534B494C4C;

    private static readonly Dictionary<Skill, Action<Scene>> Writers = new()
    {
        [Skill.Persona] = PersonaScenes.Write,
        [Skill.Copying] = CopyScenes.Write,
        [Skill.Extraction] = ExtractScenes.Write,
        [Skill.Functions] = ToolScenes.Write,
        [Skill.Passage] = PassageScenes.Write,
        [Skill.Absent] = PassageScenes.Write,
        [Skill.Classification] = LabelScenes.Write,
        [Skill.Speakers] = SpeakerScenes.Write,
        [Skill.Arithmetic] = NumberScenes.Write,
        [Skill.Reference] = ReferenceScenes.Write,
        [Skill.SmallTalk] = SmallTalkScenes.Write,
    };

    /// <summary>The first cases of a skill; always the same ones.</summary>
    /// <param name="skill">What is measured.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<SkillCase> Generate(Skill skill, int count) => All(skill).Take(count);

    private static IEnumerable<SkillCase> All(Skill skill)
    {
        for (long index = 0; ; index++)
        {
            var scene = new Scene(new CorpusRandom(CaseSeed + (ulong)skill, index), isHeldApart: true);
            Writers[skill](scene);
            int[] judged = [.. Enumerable.Range(0, scene.Turns.Count).Where(i =>
                scene.ExpectationOf(scene.Turns[i])?.Skill == skill)];
            if (judged.Length == 0) continue;

            int turn = scene.Random.Pick(judged);
            ChatTurn answer = scene.Turns[turn];
            yield return new SkillCase(scene.Turns[..turn], answer.Content, scene.ExpectationOf(answer)!);
        }
    }
}

using Cremona.Inference.Templates;
using Cremona.Training.Corpus.Skills;

namespace Cremona.Training.Corpus;

/// <summary>Makes the text that the embedded model learns from: dialogues in Chinese and English with people, places
/// and facts invented for each of them, so that what the model learns is to use what stands before it.</summary>
/// <remarks>Stateless: the same seed and index give the same dialogue, so a run that was cut goes on at any index. The
/// validation dialogues have names, cities and question forms that no training dialogue has.</remarks>
public static class CorpusGenerator
{
    private static readonly (int Weight, Action<Scene> Write)[] Skills =
    [
        (10, SmallTalkScenes.Write),
        (20, PersonaScenes.Write),
        (14, PassageScenes.Write),
        (4, EventScenes.Write),
        (4, MemoryScenes.Write),
        (6, CopyScenes.Write),
        (9, NumberScenes.Write),
        (3, ListScenes.Write),
        (5, TranslationScenes.Write),
        (4, ProseScenes.Write),
        (2, RewriteScenes.Write),
        (2, KnowledgeScenes.Write),
        (2, GroupScenes.Write),
        (4, UnknownScenes.Write),
        (10, ExtractScenes.Write),
        (12, ToolScenes.Write),
        (16, LabelScenes.Write),
        (15, SpeakerScenes.Write),
        (9, ReferenceScenes.Write),
    ];

    // Skills that can stand anywhere in a dialogue.
    private static readonly Action<Scene>[] Interludes =
    [
        CopyScenes.Write, NumberScenes.Write, ListScenes.Write, TranslationScenes.Write, ProseScenes.Write,
            RewriteScenes.Write,
        KnowledgeScenes.Write,
    ];

    private static readonly int WeightSum = Skills.Sum(s => s.Weight);

    /// <summary>A training dialogue.</summary>
    /// <param name="seed">Of the whole corpus.</param>
    /// <param name="index">Of the dialogue, from 0; there is no last one.</param>
    public static IReadOnlyList<ChatTurn> Generate(ulong seed, long index) => Generate(seed, index, isHeldApart: false);

    /// <summary>A validation dialogue, from vocabulary and question forms kept apart from all training
    /// dialogues.</summary>
    public static IReadOnlyList<ChatTurn> GenerateValidation(ulong seed, long index) =>
        Generate(~seed, index, isHeldApart: true);

    private static List<ChatTurn> Generate(ulong seed, long index, bool isHeldApart)
    {
        var scene = new Scene(new CorpusRandom(seed, index), isHeldApart);
        if (!isHeldApart && scene.Random.Percent(PrimerPercent(index)))
        {
            PrimerScenes.Write(scene);
            return scene.Turns;
        }

        int draw = scene.Random.Next(WeightSum);
        foreach ((int weight, Action<Scene> write) in Skills)
        {
            draw -= weight;
            if (draw >= 0) continue;
            write(scene);
            if (write != GroupScenes.Write) Interrupt(scene);
            break;
        }

        return scene.Turns;
    }

    // The curriculum: looking back is learned first, on little else; the rest follows.
    private static int PrimerPercent(long index) => index switch
    {
        < 6_000 => 60,
        < 12_000 => 30,
        _ => 8,
    };

    // Some dialogues wander off after the first answer and come back: what was said has to be kept over a distance.
    private static void Interrupt(Scene scene)
    {
        int count = scene.Random.Next(100) switch
        {
            < 88 => 0,
            < 97 => scene.Random.Between(1, 2),
            _ => scene.Random.Between(4, 9),
        };
        int end = scene.Turns.Count;
        for (int i = 0; i < count; i++) scene.Random.Pick(Interludes)(scene);

        List<ChatTurn> interlude = scene.Turns[end..];
        scene.Turns.RemoveRange(end, interlude.Count);
        scene.Turns.InsertRange(FirstPause(scene.Turns), interlude);
    }

    // After the first answer; what a function returned stays with its call.
    private static int FirstPause(List<ChatTurn> turns)
    {
        int place = turns.FindIndex(t => t.Role == ChatRole.Assistant) + 1;
        return place < turns.Count && turns[place].Role == ChatRole.Tool ? place + 2 : place;
    }
}

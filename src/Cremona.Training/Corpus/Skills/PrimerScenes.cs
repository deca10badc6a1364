using System.Globalization;
using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus.Skills;

/// <summary>The plainest use of what stands before: long texts to repeat, and facts that are asked for in the plainest
/// words. What looking back is good for is learned on these before much else is asked, so they come first and
/// often.</summary>
internal static class PrimerScenes
{
    private const int UnitCountMax = 20;

    public static void Write(Scene scene)
    {
        if (scene.Random.Percent(50)) RepeatTexts(scene);
        else AnswerFacts(scene);
    }

    private static void RepeatTexts(Scene scene)
    {
        int count = scene.Random.Between(1, 3);
        for (int i = 0; i < count; i++)
        {
            string text = Text(scene);
            scene.User(Plain(scene, "repeat.ask", Subject.I, ("t", WordPair.Same(text))));
            scene.Bot(text);
        }
    }

    private static void AnswerFacts(Scene scene)
    {
        WordPair name = scene.Names.Person(scene.Language);
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(1, 5));
        Subject told = scene.Random.Percent(50) ? Subject.You : Subject.Named(name);
        string content = facts.Select(f => Plain(scene, f.Attribute + ".say", told, ("v", f.Value)))
            .Prepend(scene.Say("persona.you", ("n", name))).Aggregate(scene.Join);
        scene.System(new PersonaDialogue([new PersonaBot(scene.Random.Percent(50) ? name.Chinese : "", content)], [])
            .ToTurns()[0].Content);

        foreach (Fact fact in scene.Random.PickSome(facts, scene.Random.Between(1, facts.Count)))
        {
            scene.User(Plain(scene, fact.Attribute + ".ask", Subject.You));
            scene.Bot(Plain(scene, fact.Attribute + ".say", Subject.I, ("v", fact.Value)));
        }

        if (scene.Random.Percent(40))
        {
            scene.User(Plain(scene, "who.user", Subject.You));
            scene.Bot(Plain(scene, "who.named", Subject.I, ("me", name)));
        }
    }

    // The first form of a phrase is its plainest; a few others keep the model from knowing no other.
    private static string Plain(Scene scene, string key, Subject subject, params (string, WordPair)[] given) =>
        scene.Random.Percent(75)
            ? scene.Fill(scene.FormsOf(key)[0], scene.Language, subject, given)
            : scene.Say(scene.Language, key, subject, given);

    private static string Text(Scene scene)
    {
        if (scene.Random.Percent(40)) return CopyTexts.Any(scene, UnitCountMax);
        int count = scene.Random.Between(2, UnitCountMax);
        return scene.Random.Next(8) switch
        {
            0 => Spaced(count, () => scene.Random.Next(10).ToString(CultureInfo.InvariantCulture), ""),
            1 => Spaced(count / 3 + 1, scene.Names.Code, " "),
            2 => Spaced(count / 3 + 1, () => CopyTexts.LowerCase(scene, scene.Random.Between(1, 6)), " "),
            _ when scene.Language == Language.Chinese => scene.Names.Han(count),
            3 or 4 => Spaced(count / 3 + 1, scene.Names.Invented, " "),
            _ => Spaced(count, () => scene.Random.Pick(CorpusText.NameParts("common")), " "),
        };
    }

    private static string Spaced(int count, Func<string> make, string space) =>
        string.Join(space, Enumerable.Range(0, count).Select(_ => make()));
}

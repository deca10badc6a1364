namespace Cremona.Training.Corpus.Skills;

/// <summary>The user says who they are and asks for it later.</summary>
internal static class MemoryScenes
{
    public static void Write(Scene scene)
    {
        WordPair? name = scene.Random.Percent(75) ? scene.Names.Person(scene.Language) : null;
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(0, 5));
        if (scene.Random.Percent(20)) SmallTalkScenes.Exchange(scene, "greet");
        if (name is not null) TellName(scene, name);
        if (facts.Count > 0) TellFacts(scene, facts);
        if (scene.Random.Percent(20)) SmallTalkScenes.Exchange(scene, scene.Random.Percent(50) ? "how" : "who");

        AskName(scene, name);
        foreach (Fact fact in scene.Random.PickSome(facts, facts.Count))
        {
            scene.User(FactMaker.Ask(scene, Subject.I, fact.Attribute));
            scene.Bot(FactMaker.Answer(scene, Subject.You, fact));
        }
    }

    private static void TellName(Scene scene, WordPair name)
    {
        scene.User(scene.Say("user.name.say", ("u", name)));
        scene.Bot(scene.Say("user.name.ack", ("u", name)));
    }

    private static void TellFacts(Scene scene, IReadOnlyList<Fact> facts)
    {
        scene.User(facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.I, f)).Aggregate(scene.Join));
        scene.Bot(scene.Say("user.ack"));
    }

    private static void AskName(Scene scene, WordPair? name)
    {
        scene.User(scene.Say("user.name.ask"));
        scene.Bot(name is null ? scene.Say("unknown") : scene.Say("user.name.tell", ("u", name)));
    }
}

namespace Cremona.Training.Corpus.Skills;

/// <summary>The user says who they are and asks for it later, at times twice in different words.</summary>
internal static class MemoryScenes
{
    public static void Write(Scene scene)
    {
        WordPair? name = scene.Random.Percent(75) ? scene.Names.Person(scene.Language) : null;
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(0, 5));
        if (scene.Random.Percent(20)) SmallTalkScenes.Exchange(scene, "greet");
        Tell(scene, name, facts);
        if (scene.Random.Percent(20)) SmallTalkScenes.Exchange(scene, scene.Random.Percent(50) ? "how" : "who");

        Action[] topics = [.. Topics(scene, name, facts)];
        foreach (Action ask in scene.Random.PickSome(topics, topics.Length)) ask();
    }

    private static IEnumerable<Action> Topics(Scene scene, WordPair? name, IReadOnlyList<Fact> facts)
    {
        foreach (string question in FactMaker.AskSome(scene, Subject.I, "user.name.ask"))
        {
            yield return () =>
            {
                scene.User(question);
                scene.Bot(name is null ? scene.Say("unknown") : scene.Say("user.name.tell", ("u", name)));
            };
        }

        foreach (Fact fact in facts)
        {
            foreach (string question in FactMaker.AskSome(scene, Subject.I, fact.Attribute + ".ask"))
            {
                yield return () =>
                {
                    scene.User(question);
                    scene.Bot(FactMaker.Answer(scene, Subject.You, fact));
                };
            }
        }
    }

    // In one breath, or the name first.
    private static void Tell(Scene scene, WordPair? name, IReadOnlyList<Fact> facts)
    {
        string[] told = [.. facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.I, f))];
        string? saidName = name is null ? null : scene.Say("user.name.say", ("u", name));
        if (saidName is not null && (told.Length == 0 || scene.Random.Percent(60)))
        {
            scene.User(saidName);
            scene.Bot(scene.Say("user.name.ack", ("u", name!)));
            saidName = null;
        }

        if (saidName is not null) told = [saidName, .. told];
        if (told.Length == 0) return;
        scene.User(told.Aggregate(scene.Join));
        scene.Bot(scene.Say("user.ack"));
    }
}

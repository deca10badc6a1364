namespace Cremona.Training.Corpus.Skills;

/// <summary>Questions about a text that is given with them, among distracting sentences and a second subject; when the
/// answer is not there, the assistant says so. Later questions say "it" or "he".</summary>
internal static class PassageScenes
{
    public static void Write(Scene scene)
    {
        bool isPerson = scene.Random.Percent(35);
        IReadOnlyList<string> attributes = isPerson ? FactMaker.PersonAttributes : FactMaker.ThingAttributes;
        WordPair name = NewName(scene, isPerson);
        Subject pronoun = !isPerson ? Subject.It : scene.Random.Percent(50) ? Subject.He : Subject.She;
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, attributes, scene.Random.Between(2, 5));

        string passage = Passage(scene, name, pronoun, facts, out string? otherPassage, isPerson);
        if (otherPassage is not null)
            passage = scene.Random.Percent(50) ? scene.Join(passage, otherPassage) : scene.Join(otherPassage, passage);

        bool isInSystem = scene.Random.Percent(30);
        if (isInSystem) scene.System(scene.Say("passage.system", ("t", WordPair.Same(passage))));
        int questionCount = scene.Random.Between(1, 3);
        for (int i = 0; i < questionCount; i++)
        {
            Subject subject = i > 0 && scene.Random.Percent(60) ? pronoun : Subject.Named(name);
            AskOne(scene, subject, facts, attributes, i == 0 && !isInSystem ? passage : null);
        }
    }

    private static void AskOne(
        Scene scene, Subject subject, IReadOnlyList<Fact> facts, IReadOnlyList<string> attributes, string? passage)
    {
        Fact? fact = scene.Random.Percent(75) ? scene.Random.Pick(facts) : null;
        string attribute = fact?.Attribute ?? scene.Random.Pick([.. attributes.Except(facts.Select(f => f.Attribute))]);
        string question = FactMaker.Ask(scene, subject, attribute);
        scene.User(passage is null
            ? question
            : scene.Say("passage.ask", ("t", WordPair.Same(passage)), ("q", WordPair.Same(question))));
        if (fact is null) scene.BotIsNotTold(scene.Say("absent"), Skill.Absent);
        else scene.Bot(FactMaker.Answer(scene, subject, fact), Skill.Passage, [fact.Value.In(scene.Language)]);
    }

    private static string Passage(
        Scene scene, WordPair name, Subject pronoun, IReadOnlyList<Fact> facts, out string? otherPassage, bool isPerson)
    {
        var sentences = new List<string>();
        foreach ((int index, Fact fact) in facts.Index())
        {
            Subject subject = index == 0 || scene.Random.Percent(25) ? Subject.Named(name) : pronoun;
            sentences.Add(FactMaker.Tell(scene, scene.Language, subject, fact));
        }

        if (scene.Random.Percent(25)) sentences.Add(scene.Say("prose.any"));

        // A second subject with facts of the same kinds: the question's subject has to be looked at.
        otherPassage = null;
        if (scene.Random.Percent(35))
        {
            WordPair other = NewName(scene, isPerson);
            IReadOnlyList<Fact> others = FactMaker.Make(scene, [.. facts.Select(f =>
                f.Attribute)], scene.Random.Between(1, facts.Count));
            otherPassage = others
                .Select(f => FactMaker.Tell(scene, scene.Language, Subject.Named(other), f))
                .Aggregate(scene.Join);
        }

        return sentences.Aggregate(scene.Join);
    }

    private static WordPair NewName(Scene scene, bool isPerson) =>
        isPerson ? scene.Names.Person(scene.Language) : scene.Names.Thing();
}

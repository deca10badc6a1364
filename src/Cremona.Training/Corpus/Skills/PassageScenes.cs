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
        Told first = NewTold(scene, name, isPerson, FactMaker.Make(scene, attributes, scene.Random.Between(2, 5)));
        Told[] told = scene.Random.Percent(35) ? [first, Beside(scene, first, isPerson)] : [first];
        string passage = scene.Random.PickSome(told, told.Length).Select(t => t.Text).Aggregate(scene.Join);

        bool isInSystem = scene.Random.Percent(30);
        if (isInSystem) scene.System(scene.Say("passage.system", ("t", WordPair.Same(passage))));
        (Told Of, string Attribute)[] questions = Questions(scene, told, attributes);
        for (int i = 0; i < questions.Length; i++)
        {
            // A pronoun means whoever was spoken of last.
            (Told of, string attribute) = questions[i];
            bool isSame = i > 0 && questions[i - 1].Of == of;
            Subject subject = isSame && scene.Random.Percent(60) ? of.Pronoun : Subject.Named(of.Name);
            AskOne(scene, of, subject, attribute, i == 0 && !isInSystem ? passage : null);
        }
    }

    // Some of what is told, and now and then something that is not.
    private static (Told Of, string Attribute)[] Questions(Scene scene, Told[] told, IReadOnlyList<string> attributes)
    {
        var known = told.SelectMany(t => t.Facts.Select(f => (t, f.Attribute))).ToList();
        var questions = scene.Random.PickSome(known, Math.Min(known.Count, scene.QuestionCount(6))).ToList();
        int absentCount = scene.Random.Percent(50) ? scene.Random.Between(1, 3) : 0;
        for (int i = 0; i < absentCount; i++)
        {
            Told of = scene.Random.Pick(told);
            string[] absent = [.. attributes.Except(of.Facts.Select(f => f.Attribute))];
            questions.Insert(scene.Random.Next(questions.Count + 1), (of, scene.Random.Pick(absent)));
        }

        return [.. questions];
    }

    private static void AskOne(Scene scene, Told of, Subject subject, string attribute, string? passage)
    {
        string question = FactMaker.Ask(scene, subject, attribute);
        scene.User(passage is null
            ? question
            : scene.Say("passage.ask", ("t", WordPair.Same(passage)), ("q", WordPair.Same(question))));
        Fact? fact = of.Facts.FirstOrDefault(f => f.Attribute == attribute);
        if (fact is null) scene.BotIsNotTold(scene.Say("absent"), Skill.Absent);
        else scene.Bot(FactMaker.Answer(scene, subject, fact), Skill.Passage, [fact.Value.In(scene.Language)]);
    }

    private static Told NewTold(Scene scene, WordPair name, bool isPerson, IReadOnlyList<Fact> facts)
    {
        Subject pronoun = !isPerson ? Subject.It : scene.Random.Percent(50) ? Subject.He : Subject.She;
        var sentences = new List<string>();
        foreach ((int index, Fact fact) in facts.Index())
        {
            Subject subject = index == 0 || scene.Random.Percent(25) ? Subject.Named(name) : pronoun;
            sentences.Add(FactMaker.Tell(scene, scene.Language, subject, fact));
        }

        scene.ForgetWords();
        if (scene.Random.Percent(20)) sentences.Add(scene.Say("prose.any"));
        return new Told(name, pronoun, facts, sentences.Aggregate(scene.Join));
    }

    // A second subject with facts of the same kinds: the question's subject has to be looked at.
    private static Told Beside(Scene scene, Told first, bool isPerson)
    {
        string[] attributes = [.. first.Facts.Select(f => f.Attribute)];
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, attributes, scene.Random.Between(1, attributes.Length));
        WordPair name = NewName(scene, isPerson);
        string text = facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.Named(name), f))
            .Aggregate(scene.Join);
        return new Told(name, isPerson ? Subject.He : Subject.It, facts, text);
    }

    private static WordPair NewName(Scene scene, bool isPerson) =>
        isPerson ? scene.Names.Person(scene.Language) : scene.Names.Thing();

    /// <summary>A subject with what the passage tells of it.</summary>
    private sealed record Told(WordPair Name, Subject Pronoun, IReadOnlyList<Fact> Facts, string Text);
}

namespace Cremona.Training.Corpus.Skills;

/// <summary>Later questions lean on what was said before: the second one, her, and what about the other.</summary>
internal static class ReferenceScenes
{
    private static readonly WordPair[] Men =
    [
        new("我爸爸", "my father"), new("我哥哥", "my brother"), new("我爷爷", "my grandfather"),
        new("我叔叔", "my uncle"), new("我儿子", "my son"), new("我弟弟", "my little brother"),
    ];

    private static readonly WordPair[] Women =
    [
        new("我妈妈", "my mother"), new("我姐姐", "my sister"), new("我奶奶", "my grandmother"),
        new("我阿姨", "my aunt"), new("我女儿", "my daughter"), new("我妹妹", "my little sister"),
    ];

    private static readonly WordPair[] Him = [new("他", "him"), new("他", "him"), new("他的", "his")];
    private static readonly WordPair[] Her = [new("她", "her"), new("她", "her"), new("她的", "hers")];

    public static void Write(Scene scene)
    {
        switch (scene.Random.Next(100))
        {
            case < 40:
                ThingScenes.Write(scene);
                break;
            case < 60:
                CompareScenes.Write(scene);
                break;
            case < 80:
                AskPeople(scene);
                break;
            default:
                AskFamily(scene);
                break;
        }
    }

    /// <summary>An answer that has the right value and none of the others.</summary>
    public static void Bot(Scene scene, string answer, WordPair right, IEnumerable<WordPair> others) =>
        scene.Bot(answer, Skill.Reference, [right.In(scene.Language)], [.. others.Select(o => o.In(scene.Language))
            .Where(o => !answer.Contains(o, StringComparison.OrdinalIgnoreCase))]);

    // Two or three people with facts of the same kinds; after a question only "and Ben?" is said.
    private static void AskPeople(Scene scene)
    {
        WordPair[] names = scene.Names.People(scene.Language, scene.Random.Percent(75) ? 2 : 3);
        Asked[] people = Make(scene, names.Length, i => Subject.Named(names[i]), _ => AnyPronoun(scene));
        string passage = people.SelectMany(p => p.Facts.Select(f =>
            FactMaker.Tell(scene, scene.Language, p.Name, f))).Aggregate(scene.Join);

        int who = scene.Random.Next(people.Length);
        for (int i = 0; i < people[0].Facts.Length; i++)
        {
            // A pronoun means whoever was spoken of last.
            Subject asked = i == 0 ? people[who].Name : people[who].Pronoun;
            Ask(scene, FactMaker.Ask(scene, asked, people[who].Facts[i].Attribute), i == 0 ? passage : null);
            Answer(scene, people, who, i, people[who].Name);
            if (!scene.Random.Percent(70)) continue;
            who = (who + scene.Random.Between(1, people.Length - 1)) % people.Length;
            scene.User(scene.Say("refer.more.ask", ("o", people[who].Name.Name)));
            Answer(scene, people, who, i, people[who].Name);
        }
    }

    // A man and a woman: he and she tell them apart.
    private static void AskFamily(Scene scene)
    {
        (WordPair Name, Subject Pronoun)[] family = [.. scene.Random.PickSome(
            [(scene.Random.Pick(Men), Subject.He), (scene.Random.Pick(Women), Subject.She)], 2)];
        Asked[] people = Make(scene, 2, i => Subject.Named(family[i].Name), i => family[i].Pronoun);
        string passage = people.SelectMany(p => p.Facts.Select((f, i) => FactMaker.Tell(
            scene, scene.Language, i == 0 || scene.Random.Percent(30) ? p.Name : p.Pronoun, f))).Aggregate(scene.Join);

        int[] places = [.. Enumerable.Range(0, people[0].Facts.Length)];
        foreach ((int i, int fact) in scene.Random.PickSome(places, places.Length).Index())
        {
            int who = scene.Random.Next(2);
            string question = FactMaker.Ask(scene, people[who].Pronoun, people[who].Facts[fact].Attribute);
            Ask(scene, question, i == 0 ? passage : null);
            Answer(scene, people, who, fact, people[who].Pronoun);
            if (!scene.Random.Percent(60)) continue;
            who = 1 - who;
            scene.User(scene.Say("refer.more.ask", ("o", OtherOf(scene, people[who]))));
            Answer(scene, people, who, fact, people[who].Pronoun);
        }
    }

    private static Asked[] Make(Scene scene, int count, Func<int, Subject> nameOf, Func<int, Subject> pronounOf)
    {
        IReadOnlyList<string> attributes =
            scene.Random.PickSome(FactMaker.PersonAttributes, scene.Random.Between(1, count == 2 ? 4 : 2));
        return [.. Enumerable.Range(0, count).Select(i => new Asked(
            nameOf(i), pronounOf(i), [.. attributes.Select(a => FactMaker.Make(scene, [a], 1)[0])]))];
    }

    private static WordPair OtherOf(Scene scene, Asked person) =>
        scene.Random.Pick(person.Pronoun == Subject.He ? Him : Her);

    private static Subject AnyPronoun(Scene scene) => scene.Random.Percent(50) ? Subject.He : Subject.She;

    private static void Ask(Scene scene, string question, string? passage) => scene.User(passage is null
        ? question
        : scene.Say("passage.ask", ("t", WordPair.Same(passage)), ("q", WordPair.Same(question))));

    private static void Answer(Scene scene, Asked[] people, int who, int fact, Subject subject) => Bot(
        scene, FactMaker.Answer(scene, subject, people[who].Facts[fact]), people[who].Facts[fact].Value,
        people.Where(p => p != people[who]).Select(p => p.Facts[fact].Value));

    /// <summary>Somebody with facts.</summary>
    private sealed record Asked(Subject Name, Subject Pronoun, Fact[] Facts);
}

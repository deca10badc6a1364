using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Later questions lean on what was said before: the second one, her, and what about the other.</summary>
internal static class ReferenceScenes
{
    private static readonly string[] OrdinalKeys = ["refer.first.ask", "refer.second.ask"];

    public static void Write(Scene scene)
    {
        if (scene.Random.Percent(45)) AskThings(scene);
        else if (scene.Random.Percent(30)) AskOlder(scene);
        else AskPeople(scene);
    }

    // "I have a red cup and a blue book." "What colour is the second one?"
    private static void AskThings(Scene scene)
    {
        WordPair[] things = [.. scene.Random.PickSome(CorpusText.Table("object"), 2)];
        WordPair[] colours = [.. scene.Random.PickSome(CorpusText.Table("colour"), 2)];
        string given = scene.Say("refer.give", ("x", Coloured(things[0], colours[0])), ("y", Coloured(things[1], colours[1])));
        int questionCount = scene.QuestionCount(4);
        bool isAcknowledged = scene.Random.Percent(50);
        if (isAcknowledged)
        {
            scene.User(given);
            scene.Bot(scene.Say("user.ack"));
        }

        for (int i = 0; i < questionCount; i++)
        {
            int place = scene.Random.Next(2);
            string question = scene.Random.Percent(50)
                ? scene.Say(OrdinalKeys[place])
                : scene.Say("refer.thing.ask", ("x", things[place]));
            scene.User(i == 0 && !isAcknowledged ? scene.Join(given, question) : question);
            scene.Bot(scene.Say("refer.tell", ("c", colours[place]), ("x", things[place])), Skill.Reference,
                [colours[place].In(scene.Language)], colours[1 - place].In(scene.Language));
        }
    }

    private static WordPair Coloured(WordPair thing, WordPair colour) => new(
        $"一个{colour.Chinese}的{thing.Chinese}",
        $"{(colour.English[0] == 'o' ? "an" : "a")} {colour.English} {thing.English}");

    // Two people with facts of the same kinds; after the first question only "and Ben?" is said.
    private static void AskPeople(Scene scene)
    {
        WordPair[] people = scene.Names.People(scene.Language, 2);
        string[] attributes = [.. scene.Random.PickSome(FactMaker.PersonAttributes, scene.Random.Between(1, 4))];
        Fact[][] facts = [.. people.Select(_ => attributes.Select(a => FactMaker.Make(scene, [a], 1)[0]).ToArray())];
        string passage = people.SelectMany((p, i) => facts[i].Select(f =>
            FactMaker.Tell(scene, scene.Language, Subject.Named(p), f))).Aggregate(scene.Join);

        int first = scene.Random.Next(2);
        foreach ((int turn, int attribute) in Enumerable.Range(0, attributes.Length).Index())
        {
            Subject asked = turn == 0 ? Subject.Named(people[first])
                : scene.Random.Percent(50) ? Subject.He : Subject.She;
            string question = FactMaker.Ask(scene, asked, attributes[attribute]);
            scene.User(turn == 0
                ? scene.Say("passage.ask", ("t", WordPair.Same(passage)), ("q", WordPair.Same(question)))
                : question);
            Answer(scene, people, facts, first, attribute);
            if (!scene.Random.Percent(60)) continue;
            first = 1 - first;
            scene.User(scene.Say("refer.more.ask", ("o", people[first])));
            Answer(scene, people, facts, first, attribute);
        }
    }

    private static void Answer(Scene scene, WordPair[] people, Fact[][] facts, int who, int attribute)
    {
        string right = facts[who][attribute].Value.In(scene.Language);
        string other = facts[1 - who][attribute].Value.In(scene.Language);
        string answer = FactMaker.Answer(scene, Subject.Named(people[who]), facts[who][attribute]);
        if (right.Contains(other, StringComparison.Ordinal)) scene.Bot(answer, Skill.Reference, [right]);
        else scene.Bot(answer, Skill.Reference, [right], other);
    }

    // Their ages are told, then compared.
    private static void AskOlder(Scene scene)
    {
        WordPair[] people = scene.Names.People(scene.Language, 2);
        int[] ages = [scene.Random.Between(6, 90), scene.Random.Between(6, 89)];
        if (ages[1] >= ages[0]) ages[1]++;
        string passage = people.Select((p, i) => FactMaker.Tell(
            scene, scene.Language, Subject.Named(p), new Fact("age", Text(ages[i])))).Aggregate(scene.Join);
        bool asksOlder = scene.Random.Percent(50);
        int right = ages[0] > ages[1] == asksOlder ? 0 : 1;
        scene.User(scene.Join(passage, scene.Say(asksOlder ? "older.ask" : "younger.ask")));
        scene.Bot(scene.Say("person.tell", ("n", people[right])), Skill.Reference, [people[right].Chinese]);
    }

    private static WordPair Text(int number) => WordPair.Same(number.ToString(CultureInfo.InvariantCulture));
}

using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Two bots in one dialogue: each answers as itself, under its own name.</summary>
internal static class GroupScenes
{
    public static void Write(Scene scene)
    {
        WordPair[] names = [scene.Names.Person(scene.Language), scene.Names.Person(scene.Language)];
        if (names[0] == names[1]) names[1] = WordPair.Same(names[1].Chinese + "2");
        WordPair user = scene.Names.Person(scene.Language);
        IReadOnlyList<Fact>[] facts =
            [.. names.Select(_ => FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(1, 3)))];
        PersonaBot[] bots = [.. names.Select((name, i) =>
            new PersonaBot(name.Chinese, Persona(scene, name, facts[i])))];

        var messages = new List<PersonaMessage>();
        int count = scene.QuestionCount(5);
        for (int i = 0; i < count; i++)
        {
            int who = scene.Random.Next(2);
            bool asksName = scene.Random.Percent(30);
            Fact fact = scene.Random.Pick(facts[who]);
            string question = asksName ? scene.Say("who.user") : FactMaker.Ask(scene, Subject.You, fact.Attribute);
            string answer = asksName
                ? scene.Say("who.named", ("me", names[who]))
                : FactMaker.Answer(scene, Subject.I, fact);
            messages.Add(new PersonaMessage(PersonaSender.User, user.Chinese, question));
            messages.Add(new PersonaMessage(PersonaSender.Bot, names[who].Chinese, answer));
        }

        scene.Turns.AddRange(new PersonaDialogue(bots, messages).ToTurns());
    }

    private static string Persona(Scene scene, WordPair name, IReadOnlyList<Fact> facts) =>
        facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.Named(name), f)).Aggregate(scene.Join);
}

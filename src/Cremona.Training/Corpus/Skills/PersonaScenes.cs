using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus.Skills;

/// <summary>A persona stands in the system text, in many forms; the assistant answers as that persona, keeps its style,
/// and says so when it was not told something.</summary>
internal static class PersonaScenes
{
    public static void Write(Scene scene)
    {
        WordPair name = scene.Names.Person(scene.Language);
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(1, 6));
        WordPair? userName = scene.Random.Percent(20) ? scene.Names.Person(scene.Language) : null;
        scene.System(SystemText(scene, name, facts, userName));

        if (scene.Random.Percent(25)) SmallTalkScenes.Exchange(scene, "greet");
        Action[] topics = [.. Topics(scene, name, facts, userName)];
        foreach (Action ask in scene.Random.PickSome(topics, Math.Min(topics.Length, scene.QuestionCount(7)))) ask();
        if (scene.Random.Percent(15)) SmallTalkScenes.Exchange(scene, scene.Random.Percent(50) ? "thanks" : "bye");
    }

    private static IEnumerable<Action> Topics(
        Scene scene, WordPair name, IReadOnlyList<Fact> facts, WordPair? userName)
    {
        yield return () =>
        {
            scene.User(scene.Say("who.user"));
            scene.Bot(scene.Say("who.named", ("me", name)), Skill.Persona, [name.In(scene.Language)]);
        };
        foreach (Fact fact in facts)
        {
            yield return () =>
            {
                scene.User(Ask(scene, name, fact.Attribute));
                scene.Bot(FactMaker.Answer(scene, Subject.I, fact), Skill.Persona, [fact.Value.In(scene.Language)]);
            };
        }

        if (userName is not null) yield return () => AskUserName(scene, userName);
        if (scene.Random.Percent(15)) yield return () => TellAboutItself(scene, name, facts);
        int missingCount = scene.Random.Between(0, 2);
        string[] missing = [.. FactMaker.PersonAttributes.Except(facts.Select(f => f.Attribute))];
        foreach (string attribute in scene.Random.PickSome(missing, missingCount))
        {
            yield return () =>
            {
                scene.User(Ask(scene, name, attribute));
                scene.Bot(FactMaker.DoNotKnow(scene, Subject.I, attribute));
            };
        }
    }

    private static void AskUserName(Scene scene, WordPair userName)
    {
        scene.User(scene.Say("user.name.ask"));
        scene.Bot(scene.Say("user.name.tell", ("u", userName)));
    }

    private static void TellAboutItself(Scene scene, WordPair name, IReadOnlyList<Fact> facts)
    {
        scene.User(scene.Say("about.user"));
        scene.Bot(facts.Take(3).Select(f => FactMaker.Tell(scene, scene.Language, Subject.I, f))
            .Prepend(scene.Say("who.named", ("me", name))).Aggregate(scene.Join));
    }

    private static string Ask(Scene scene, WordPair name, string attribute)
    {
        string question = FactMaker.Ask(scene, Subject.You, attribute);
        if (!scene.Random.Percent(12)) return question;
        string comma = scene.Language == Language.Chinese ? "，" : ", ";
        return name.In(scene.Language) + comma + (scene.Language == Language.Chinese
            ? question : Decapitalize(question));
    }

    private static string Decapitalize(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    private static string SystemText(Scene scene, WordPair name, IReadOnlyList<Fact> facts, WordPair? userName)
    {
        Language spoken = scene.Language;
        if (scene.Random.Percent(15)) scene.Language = scene.OtherLanguage;

        bool hasNameLine = scene.Random.Percent(55);
        var sentences = new List<string>();
        string separator = scene.Language == Language.Chinese ? "" : " ";
        switch (scene.Random.Next(5))
        {
            case 0:
                sentences.Add(scene.Say("persona.you", ("n", name)));
                sentences.AddRange(facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.You, f)));
                break;
            case 1 or 2:
                sentences.AddRange(InThirdPerson(scene, name, facts));
                break;
            case 3:
                separator = "\n";
                sentences.AddRange(Profile(scene, name, facts, hasNameLine));
                break;
            default:
                if (!hasNameLine) sentences.Add(scene.Say("who.named", ("me", name)));
                sentences.AddRange(facts.Select(f => FactMaker.Tell(scene, scene.Language, Subject.I, f)));
                break;
        }

        if (userName is not null) sentences.Add(scene.Say("persona.user", ("u", userName)));
        if (scene.Random.Percent(15)) sentences.Add(StyleRule(scene, name, spoken));
        if (scene.Random.Percent(20)) sentences.Add(scene.Say("persona.end", ("n", name)));

        string content = string.Join(separator, sentences);
        if (scene.Random.Percent(10)) content += "\n----\n";
        string text = PersonaText(hasNameLine ? name.In(scene.Language) : "", content);
        scene.Language = spoken;
        return text;
    }

    // The very form in which the server renders a bot's setting.
    private static string PersonaText(string name, string content) =>
        new PersonaDialogue([new PersonaBot(name, content)], []).ToTurns()[0].Content;

    private static IEnumerable<string> InThirdPerson(Scene scene, WordPair name, IReadOnlyList<Fact> facts)
    {
        if (scene.Random.Percent(20)) yield return scene.Say("persona.named", ("n", name));
        Subject named = Subject.Named(name);
        Subject pronoun = scene.Random.Percent(50) ? Subject.He : Subject.She;
        foreach ((int index, Fact fact) in facts.Index())
            yield return FactMaker.Tell(scene, scene.Language, index == 0 || scene.Random.Percent(30)
                ? named : pronoun, fact);
    }

    private static IEnumerable<string> Profile(Scene scene, WordPair name, IReadOnlyList<Fact> facts, bool hasNameLine)
    {
        string colon = scene.Language == Language.Chinese ? "：" : ": ";
        string bullet = scene.Random.Percent(25) ? "- " : "";
        if (!hasNameLine || scene.Random.Percent(50)) yield return Line("name", name);
        foreach (Fact fact in facts) yield return Line(fact.Attribute, fact.Value);

        string Line(string attribute, WordPair value) =>
            bullet + scene.Random.Pick(CorpusText.LabelsOf(scene.Language,
                attribute)) + colon + value.In(scene.Language);
    }

    // The ending is in the language that will be spoken, whatever the system text is written in.
    private static string StyleRule(Scene scene, WordPair name, Language spoken)
    {
        scene.Ending = scene.Random.Pick(CorpusText.FormsOf(spoken, "ending", false));
        return scene.Say("persona.ending", ("e", WordPair.Same(scene.Ending)), ("n", name));
    }
}

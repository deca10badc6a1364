using Cremona.Inference.Templates;

namespace Cremona.Training.Corpus.Skills;

/// <summary>A persona stands in the system text, in many forms; the assistant answers as that persona, keeps its style,
/// and says so when it was not told something.</summary>
internal static class PersonaScenes
{
    public static void Write(Scene scene)
    {
        WordPair name = scene.Names.Person(scene.Language);
        IReadOnlyList<Fact> facts = FactMaker.Make(scene, FactMaker.PersonAttributes, scene.Random.Between(1, 7));
        WordPair? userName = scene.Random.Percent(20) ? scene.Names.Person(scene.Language) : null;
        Subject self = scene.Random.Percent(8) ? OwnWord(scene) : Subject.I;
        scene.System(SystemText(scene, name, self, facts, userName));

        if (scene.Random.Percent(25)) SmallTalkScenes.Exchange(scene, "greet");
        Action[] topics = [.. Topics(scene, name, self, facts)];
        if (userName is not null) topics = [.. topics, () => AskUserName(scene, userName)];
        foreach (Action ask in scene.Random.PickSome(topics, Math.Min(topics.Length, scene.QuestionCount(10)))) ask();
        if (scene.Random.Percent(15)) SmallTalkScenes.Exchange(scene, scene.Random.Percent(50) ? "thanks" : "bye");
    }

    // What the persona says in place of "I".
    private static Subject OwnWord(Scene scene) =>
        Subject.Named(WordPair.Same(scene.Random.Pick(scene.FormsOf("self.word"))));

    private static IEnumerable<Action> Topics(Scene scene, WordPair name, Subject self, IReadOnlyList<Fact> facts)
    {
        foreach (string question in FactMaker.AskSome(scene, Subject.You, "who.user"))
        {
            yield return () =>
            {
                scene.User(question);
                scene.Bot(TellName(scene, name, self), Skill.Persona, Needed(scene, self, name));
            };
        }

        foreach (Fact fact in facts)
        {
            foreach (string question in FactMaker.AskSome(scene, Subject.You, fact.Attribute + ".ask"))
            {
                yield return () =>
                {
                    scene.User(Addressed(scene, name, question));
                    scene.Bot(FactMaker.Answer(scene, self, fact), Skill.Persona, Needed(scene, self, fact.Value));
                };
            }
        }

        if (scene.Random.Percent(15)) yield return () => TellAboutItself(scene, name, self, facts);
        if (self != Subject.I) yield break;
        string[] missing = [.. FactMaker.PersonAttributes.Except(facts.Select(f => f.Attribute))];
        foreach (string attribute in scene.Random.PickSome(missing, scene.Random.Between(0, 2)))
        {
            yield return () =>
            {
                scene.User(Addressed(scene, name, FactMaker.Ask(scene, Subject.You, attribute)));
                scene.Bot(FactMaker.DoNotKnow(scene, Subject.I, attribute));
            };
        }
    }

    private static string[] Needed(Scene scene, Subject self, WordPair value) => self == Subject.I
        ? [value.In(scene.Language)]
        : [value.In(scene.Language), self.Name.In(scene.Language)];

    private static string TellName(Scene scene, WordPair name, Subject self) => self == Subject.I
        ? scene.Say("who.named", ("me", name))
        : scene.Say(scene.Language, "self.tell", self, ("me", name));

    private static void AskUserName(Scene scene, WordPair userName)
    {
        scene.User(scene.Say("user.name.ask"));
        scene.Bot(scene.Say("user.name.tell", ("u", userName)));
    }

    private static void TellAboutItself(Scene scene, WordPair name, Subject self, IReadOnlyList<Fact> facts)
    {
        scene.User(scene.Say("about.user"));
        scene.Bot(facts.Take(3).Select(f => FactMaker.Tell(scene, scene.Language, self, f))
            .Prepend(TellName(scene, name, self)).Aggregate(scene.Join));
    }

    // Now and then the persona is called by its name.
    private static string Addressed(Scene scene, WordPair name, string question)
    {
        if (!scene.Random.Percent(12)) return question;
        return scene.Language == Language.Chinese
            ? $"{name.Chinese}，{question}"
            : $"{name.English}, {Decapitalize(question)}";
    }

    private static string Decapitalize(string text) => text[0] == 'I' && text[1] is ' ' or '\''
        ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static string SystemText(
        Scene scene, WordPair name, Subject self, IReadOnlyList<Fact> facts, WordPair? userName)
    {
        Language spoken = scene.Language;
        if (scene.Random.Percent(15)) scene.Language = scene.OtherLanguage;

        bool hasNameLine = scene.Random.Percent(55);
        var sentences = new List<string>();
        string separator = scene.Random.Percent(15) ? "\n" : scene.Language == Language.Chinese ? "" : " ";
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
        if (scene.Random.Percent(15)) sentences.Add(EndingRule(scene, name, spoken));
        if (self != Subject.I) sentences.Add(scene.Say("self.rule", ("w", self.Name), ("n", name)));
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
        IEnumerable<Fact> named = hasNameLine && scene.Random.Percent(50) ? facts : facts.Prepend(new Fact("name", name));
        (string Label, string Value)[] lines =
        [
            .. named.Select(f => (scene.Random.Pick(CorpusText.LabelsOf(scene.Language, f.Attribute)),
                f.Value.In(scene.Language))),
        ];
        if (scene.Random.Percent(8)) return [CorpusJson.Object(lines.Select(l => (l.Label, CorpusJson.Text(l.Value))))];

        string colon = scene.Language == Language.Chinese ? "：" : ": ";
        return scene.Random.Next(10) switch
        {
            0 or 1 => lines.Select(l => $"- {l.Label}{colon}{l.Value}"),
            2 => lines.Select((l, i) => $"{i + 1}. {l.Label}{colon}{l.Value}"),
            3 when scene.Language == Language.Chinese => lines.Select(l => $"【{l.Label}】{l.Value}"),
            3 => lines.Select(l => $"{l.Label} = {l.Value}"),
            4 => lines.Select(l => $"**{l.Label}**{colon}{l.Value}"),
            _ => lines.Select(l => $"{l.Label}{colon}{l.Value}"),
        };
    }

    // The ending is in the language that will be spoken, whatever the system text is written in.
    private static string EndingRule(Scene scene, WordPair name, Language spoken)
    {
        scene.Ending = scene.Random.Pick(CorpusText.FormsOf(spoken, "ending", false));
        return scene.Say("persona.ending", ("e", WordPair.Same(scene.Ending)), ("n", name));
    }
}

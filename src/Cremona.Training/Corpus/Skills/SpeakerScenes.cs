namespace Cremona.Training.Corpus.Skills;

/// <summary>Short scenes in which two or three people speak: who said which line.</summary>
internal static class SpeakerScenes
{
    public static void Write(Scene scene)
    {
        WordPair[] people = scene.Names.People(scene.Language, scene.Random.Between(2, 3));
        IReadOnlyList<string> forms = CorpusText.FormsOf(scene.Language, "line", false);
        string[] formsHere = [.. scene.Random.PickSome(forms, scene.Random.Between(2, 5))];
        (WordPair Person, string Line)[] lines =
        [
            .. formsHere.Select((form, i) =>
                (i < people.Length ? people[i] : scene.Random.Pick(people), Fill(scene, form))),
        ];
        string text = Tell(scene, lines);

        if (scene.Random.Percent(25)) AskAll(scene, lines, text);
        else AskSome(scene, people, lines, text);
    }

    private static string Fill(Scene scene, string form)
    {
        scene.ForgetWords();
        return scene.Fill(form, scene.Language, Subject.I);
    }

    private static string Tell(Scene scene, (WordPair Person, string Line)[] lines)
    {
        string separator = scene.Random.Percent(50) ? "\n" : scene.Language == Language.Chinese ? "" : " ";
        var sentences = new List<string>();
        foreach ((WordPair person, string line) in lines)
        {
            sentences.Add(scene.Say("speaker.say", ("l", WordPair.Same(line)), ("n", person)));
            if (scene.Random.Percent(20)) sentences.Add(scene.Say("speaker.between"));
        }

        return string.Join(separator, sentences);
    }

    private static void AskAll(Scene scene, (WordPair Person, string Line)[] lines, string text)
    {
        scene.User(scene.Say("speaker.all.ask") + "\n" + text);
        string colon = scene.Language == Language.Chinese ? "：" : ": ";
        string[] answers = [.. lines.Select(l => l.Person.Chinese + colon + l.Line)];
        scene.Bot(string.Join('\n', answers), Skill.Speakers, answers);
    }

    private static void AskSome(Scene scene, WordPair[] people, (WordPair Person, string Line)[] lines, string text)
    {
        int count = scene.Random.Between(1, lines.Length);
        foreach (((WordPair person, string line), bool isFirst) in scene.Random.PickSome(lines, count)
            .Select((l, i) => (l, i == 0)))
        {
            string question = scene.Say("speaker.ask", ("l", WordPair.Same(line)));
            scene.User(isFirst
                ? scene.Say("passage.ask", ("t", WordPair.Same(text)), ("q", WordPair.Same(question)))
                : question);
            scene.Bot(scene.Say("speaker.tell", ("n", person)), Skill.Speakers, [person.Chinese],
                [.. people.Where(p => p != person).Select(p => p.Chinese)]);
        }
    }
}

using System.Globalization;

namespace Cremona.Training.Corpus.Skills;

/// <summary>Short scenes in which two or three people speak: who said which line, and what it was that somebody
/// said.</summary>
internal static class SpeakerScenes
{
    public static void Write(Scene scene)
    {
        // Two lines of two people are the simplest scene, and many more are needed of it than of any other.
        bool isShort = scene.Random.Percent(35);
        WordPair[] people = scene.Names.People(scene.Language, isShort ? 2 : scene.Random.Between(2, 3));
        int lineCount = isShort ? 2 : people.Length + scene.Random.Next(scene.Random.Percent(60) ? 2 : 3);
        IReadOnlyList<string> forms = CorpusText.FormsOf(scene.Language, "line", false);
        (WordPair Person, string Line)[] lines =
        [
            .. scene.Random.PickSome(forms, lineCount).Select((form, i) =>
                (i < people.Length ? people[i] : scene.Random.Pick(people), Fill(scene, form))),
        ];
        lines = [.. scene.Random.PickSome(lines, lineCount)];
        string text = scene.Random.Percent(30) ? TellAsPlay(scene, lines) : Tell(scene, lines);

        if (scene.Random.Percent(15)) AskAll(scene, lines, text);
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
            bool isQuestion = line[^1] is '?' or '？' && scene.Random.Percent(60);
            sentences.Add(scene.Say(
                isQuestion ? "speaker.question" : "speaker.say", ("l", WordPair.Same(line)), ("n", person)));
            scene.ForgetWords();
            if (scene.Random.Percent(20)) sentences.Add(scene.Say("speaker.between"));
        }

        return string.Join(separator, sentences);
    }

    // One line of text for each line that is spoken, all of one form.
    private static string TellAsPlay(Scene scene, (WordPair Person, string Line)[] lines)
    {
        string form = scene.Random.Pick(scene.FormsOf("speaker.play"));
        return string.Join('\n', lines.Select(l => scene.Fill(
            form, scene.Language, Subject.I, ("l", WordPair.Same(l.Line)), ("n", l.Person))));
    }

    private static void AskAll(Scene scene, (WordPair Person, string Line)[] lines, string text)
    {
        string request = scene.Say("speaker.all.ask");
        scene.User(scene.Random.Percent(60) ? $"{request}\n{text}" : $"{text}\n{request}");
        string colon = scene.Language == Language.Chinese ? "：" : ": ";
        string[] answers = [.. lines.Select(l => l.Person.Chinese + colon + l.Line)];
        scene.Bot(string.Join('\n', answers), Skill.Speakers, answers);
    }

    // Every line is asked for, in any order and each time in other words: a scene costs more than its questions.
    private static void AskSome(Scene scene, WordPair[] people, (WordPair Person, string Line)[] lines, string text)
    {
        var questions = new List<Action>();
        IReadOnlyList<string> forms = scene.FormsOf("speaker.ask");
        int lineCount = scene.Random.Percent(15) ? 1 : lines.Length;
        (WordPair Person, string Line)[] asked = [.. scene.Random.PickSome(lines, lineCount)];
        if (scene.Random.Percent(30)) asked = [.. asked, scene.Random.Pick(lines)];
        asked = [.. asked.Take(forms.Count)];

        string? scenery = text;
        foreach ((string form, (WordPair person, string line)) in
            scene.Random.PickSome(forms, asked.Length).Zip(asked))
        {
            questions.Add(() => AskName(scene, people, person, scene.Fill(
                form, scene.Language, Subject.I, ("l", WordPair.Same(line))), "speaker.tell", ref scenery));
        }

        if (scene.Random.Percent(45)) questions.Add(() => AskWords(scene, lines, ref scenery));
        if (scene.Random.Percent(12)) questions.Add(() => AskCount(scene, lines, ref scenery));
        if (scene.Random.Percent(15))
            questions.Add(() => AskName(
                scene, people, lines[0].Person, scene.Say("speaker.first.ask"), "speaker.turn.tell", ref scenery));
        if (scene.Random.Percent(15))
            questions.Add(() => AskName(
                scene, people, lines[^1].Person, scene.Say("speaker.last.ask"), "speaker.turn.tell", ref scenery));
        foreach (Action ask in scene.Random.PickSome(questions, questions.Count)) ask();
    }

    private static void AskName(
        Scene scene, WordPair[] people, WordPair person, string question, string tell, ref string? scenery)
    {
        Ask(scene, question, ref scenery);
        scene.Bot(scene.Say(tell, ("n", person)), Skill.Speakers, [person.Chinese],
            [.. people.Where(p => p != person).Select(p => p.Chinese)]);
    }

    // Only of somebody who speaks once.
    private static void AskWords(Scene scene, (WordPair Person, string Line)[] lines, ref string? scenery)
    {
        (WordPair Person, string Line)[] once =
            [.. lines.GroupBy(l => l.Person).Where(g => g.Count() == 1).Select(g => g.Single())];
        if (once.Length == 0) return;
        (WordPair person, string line) = scene.Random.Pick(once);
        Ask(scene, scene.Say("speaker.words.ask", ("n", person)), ref scenery);
        scene.Bot(scene.Say("speaker.words.tell", ("n", person), ("l", WordPair.Same(line))), Skill.Speakers, [line]);
    }

    private static void AskCount(Scene scene, (WordPair Person, string Line)[] lines, ref string? scenery)
    {
        string count = lines.Select(l => l.Person).Distinct().Count().ToString(CultureInfo.InvariantCulture);
        Ask(scene, scene.Say("speaker.count.ask"), ref scenery);
        scene.Bot(scene.Say("speaker.count.tell", ("x", WordPair.Same(count))), Skill.Speakers, [count]);
    }

    // The scene stands before or after the first question.
    private static void Ask(Scene scene, string question, ref string? scenery)
    {
        scene.User(scenery is null
            ? question
            : scene.Say("passage.ask", ("t", WordPair.Same(scenery)), ("q", WordPair.Same(question))));
        scenery = null;
    }
}

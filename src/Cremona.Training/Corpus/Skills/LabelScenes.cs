namespace Cremona.Training.Corpus.Skills;

/// <summary>Texts and words are sorted under labels that stand in the task: as a list, with what each of them means,
/// under letters or numbers, with examples or without.</summary>
internal static class LabelScenes
{
    private const int ClassesMax = 6;
    private const int AttemptsMax = 20;

    // The words of one row belong to one table only.
    private static readonly string[][] WordTables =
    [
        [
            "food", "drink", "animal", "plant", "colour", "trade", "city", "weekday", "month", "instrument", "family",
            "clothes", "furniture", "vehicle", "body", "sport", "country",
        ],
        ["fruit", "vegetable", "meat", "sweet", "drink"],
    ];

    private sealed record LabelTask(string[] Labels, Func<int, string>? MeaningOf, Func<int, string> TextOf);

    public static void Write(Scene scene)
    {
        LabelTask task = scene.Random.Percent(20) ? Words(scene) : Texts(scene);
        string[] answers = scene.Random.Percent(15) ? Codes(scene, task.Labels.Length) : task.Labels;
        (string key, WordPair list) = Show(scene, task, answers);
        var told = new HashSet<string>();
        string examples = scene.Random.Percent(25) ? Examples(scene, task, answers, told) : "";
        bool isInSystem = scene.Random.Percent(60);
        bool isFramed = scene.Random.Percent(20);
        if (isInSystem) scene.System(scene.Say(key + ".system", ("k", list)) + examples);
        int count = scene.QuestionCount(isInSystem ? 9 : 5);
        for (int i = 0; i < count; i++)
        {
            (int place, string text) = NewText(scene, task, told);
            (string Slot, WordPair Value) said = ("t", WordPair.Same(text));
            scene.User((isInSystem, i) switch
            {
                (true, _) => isFramed ? scene.Say("label.text", said) : text,
                (_, 0) => (examples + "\n" + scene.Say(key + ".ask", ("k", list), said)).TrimStart('\n'),
                _ => scene.Say("label.next.ask", said),
            });
            scene.Bot(answers[place], Skill.Classification, [answers[place]],
                [.. answers.Where(a => !answers[place].Contains(a, StringComparison.Ordinal))]);
        }
    }

    // Letters or numbers that stand for the labels: the answer is looked up in the task.
    private static string[] Codes(Scene scene, int count)
    {
        char first = scene.Random.Percent(70) ? 'A' : '1';
        return [.. Enumerable.Range(0, count).Select(i => ((char)(first + i)).ToString())];
    }

    // The labels as the task names them, and the phrases that fit: long ones for a list with a line for each label.
    private static (string Key, WordPair List) Show(Scene scene, LabelTask task, string[] answers)
    {
        bool isChinese = scene.Language == Language.Chinese;
        bool isCoded = answers != task.Labels;
        bool isMeant = task.MeaningOf is not null && scene.Random.Percent(isCoded ? 35 : 20);
        if (!isCoded && !isMeant)
        {
            string comma = scene.Random.Percent(75) ? isChinese ? "、" : ", " : isChinese ? "/" : " / ";
            return ("label", WordPair.Same(string.Join(comma, answers)));
        }

        string form = scene.Random.Pick(scene.FormsOf("label.mean"));
        string[] lines = [.. answers.Select((answer, i) => PhraseGrammar.Fill(form, slot =>
            slot == "a" ? answer : isMeant ? task.MeaningOf!(i) : task.Labels[i], capitalizes: false))];
        string bullet = scene.Random.Percent(30) ? "- " : "";
        return scene.Random.Percent(50)
            ? ("label.long", WordPair.Same(string.Join('\n', lines.Select(line => bullet + line))))
            : ("label", WordPair.Same(string.Join(isChinese ? "；" : "; ", lines)));
    }

    private static string Examples(Scene scene, LabelTask task, string[] answers, HashSet<string> told)
    {
        string form = scene.Random.Pick(scene.FormsOf("label.example"));
        int count = scene.Random.Between(1, answers.Length);
        IEnumerable<string> lines = Enumerable.Range(0, count).Select(_ =>
        {
            (int place, string text) = NewText(scene, task, told);
            return scene.Fill(form, scene.Language, Subject.I,
                ("t", WordPair.Same(text)), ("l", WordPair.Same(answers[place])));
        });
        return $"\n{scene.Say("label.examples")}\n{string.Join('\n', lines)}";
    }

    // One that the dialogue does not have yet.
    private static (int Place, string Text) NewText(Scene scene, LabelTask task, HashSet<string> told)
    {
        for (int attempt = 1; ; attempt++)
        {
            scene.ForgetWords();
            int place = scene.Random.Next(task.Labels.Length);
            string text = task.TextOf(place);
            if (told.Add(text) || attempt == AttemptsMax) return (place, text);
        }
    }

    private static LabelTask Texts(Scene scene)
    {
        LabelSet set = scene.Random.Pick(CorpusText.LabelSets);
        int count = scene.Random.Between(2, Math.Min(set.Classes.Count, ClassesMax));
        LabelClass[] classes = [.. scene.Random.PickSome(set.Classes, count)];
        bool isForeign = scene.Random.Percent(scene.Language == Language.Chinese ? 30 : 5);
        return new LabelTask(LabelSet.Names(scene.Random, classes, isForeign ? scene.OtherLanguage : scene.Language),
            place => scene.Say($"class.{classes[place].Key}.about"), place => Text(scene, classes[place].Key));
    }

    private static string Text(Scene scene, string key) => key switch
    {
        "chinese" => scene.Say(Language.Chinese, "line", Subject.I),
        "english" => scene.Say(Language.English, "line", Subject.I),
        _ => scene.Say($"class.{key}.user"),
    };

    private static LabelTask Words(Scene scene)
    {
        string[] row = WordTables[scene.Random.Percent(80) ? 0 : 1];
        string[] tables = [.. scene.Random.PickSome(row, scene.Random.Between(2, 5))];
        return new LabelTask([.. tables.Select(t => scene.Say("table." + t))], MeaningOf: null,
            place => scene.NewWord(tables[place]).In(scene.Language));
    }
}
